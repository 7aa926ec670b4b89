import type { StoredEntry } from './entry';
import type { Predicate, Revision, WatchNotice } from './interface';
import { matches } from './keys';

/** Transition is what a change of an object is to a watcher with a selector. */
export type Transition = 'ADDED' | 'MODIFIED' | 'DELETED' | undefined;

/** transitionOf decides it from whether the object matched before and matches now. */
export function transitionOf(matchedBefore: boolean, matchesNow: boolean): Transition {
  if (matchesNow) return matchedBefore ? 'MODIFIED' : 'ADDED';
  return matchedBefore ? 'DELETED' : undefined;
}

/** Change is one event of one object. All its watchers share its notices, and so the bytes in them. */
export class Change {
  private notices: Partial<Record<NonNullable<Transition>, WatchNotice>> | undefined;

  constructor(
    readonly revision: Revision,
    /** entry is the new state; of a deletion the last state under the deletion's revision. */
    readonly entry: StoredEntry,
    readonly previous: StoredEntry | undefined,
    readonly deleted: boolean,
  ) {}

  /** noticeFor is what a watcher with this predicate gets, undefined if nothing. */
  noticeFor(predicate: Predicate): WatchNotice | undefined {
    const before = this.previous !== undefined && matches(predicate, this.previous);
    const type = transitionOf(before, !this.deleted && matches(predicate, this.entry));
    return type && this.notice(type);
  }

  private notice(type: NonNullable<Transition>): WatchNotice {
    let notice = this.notices?.[type];
    if (!notice) {
      const left = type === 'DELETED' && !this.deleted;
      const entry = left ? this.previous!.withRevision(this.revision) : this.entry;
      notice =
        type === 'MODIFIED'
          ? { type, entry, previous: this.previous!, revision: this.revision }
          : { type, entry, revision: this.revision };
      this.notices = { ...this.notices, [type]: notice };
    }
    return notice;
  }
}
