import { systemClock, type Clock } from '@navarch/base';

/** EXPECTATION_TIMEOUT_MS: an expectation that was not met in five minutes no longer holds anybody back. */
export const EXPECTATION_TIMEOUT_MS = 5 * 60_000;

interface Expected {
  creations: number;
  readonly deletions: Set<string>;
  readonly since: number;
}

/**
 * Expectations keep a reconciler from acting on a cache that has not yet seen its own writes: it notes what it is about to
 * create and delete, event handlers note what they see, and until both agree the key's reconcile only reads. Semantics of
 * client-go's UID tracking expectations.
 */
export class Expectations {
  private readonly expected = new Map<string, Expected>();

  constructor(private readonly clock: Clock = systemClock) {}

  /** satisfied: everything expected was seen, or it is too long ago, or nothing ever was expected. */
  satisfied(key: string): boolean {
    const expected = this.expected.get(key);
    if (!expected) return true;
    return (
      (expected.creations <= 0 && !expected.deletions.size) ||
      this.clock.now() - expected.since > EXPECTATION_TIMEOUT_MS
    );
  }

  /** expectCreations replaces what was expected by `count` creations. */
  expectCreations(key: string, count: number): void {
    this.expected.set(key, { creations: count, deletions: new Set(), since: this.clock.now() });
  }

  /** expectDeletions replaces what was expected by the deletion of these uids. */
  expectDeletions(key: string, uids: readonly string[]): void {
    this.expected.set(key, { creations: 0, deletions: new Set(uids), since: this.clock.now() });
  }

  /** creationObserved counts one creation: seen by a handler, or failed and never to be seen. */
  creationObserved(key: string): void {
    const expected = this.expected.get(key);
    if (expected) expected.creations--;
  }

  /** deletionObserved notes one deletion; seeing it twice does no harm. */
  deletionObserved(key: string, uid: string): void {
    this.expected.get(key)?.deletions.delete(uid);
  }

  /** forget drops the key, when its object is gone. */
  forget(key: string): void {
    this.expected.delete(key);
  }
}
