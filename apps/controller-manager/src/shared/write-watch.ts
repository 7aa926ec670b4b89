import { keyString, objectKey, type KubeObject } from '@navarch/apimachinery';

/** BEHIND_MS: a write that the cache has not shown for so long was overtaken by what the cache was read anew with. */
export const BEHIND_MS = 30_000;

/**
 * WriteWatch knows what was written and not seen yet, for objects of which a pass writes one: a pass on a cache that is behind its own
 * last write would only meet a conflict.
 */
export class WriteWatch<T extends KubeObject> {
  /** open are the resourceVersions we got back and when, by the object's key. */
  private readonly open = new Map<string, { resourceVersion: string | undefined; at: number }>();

  /** note is told what the server answered to a write, and what the cache has by now: the write itself, it may be. */
  note(written: T, cached: T | undefined, nowMs: number): void {
    // The news of a write, and of what others wrote after it, may overtake its answer.
    if (versionOf(cached) >= versionOf(written)) return;
    const { resourceVersion } = written.metadata ?? {};
    this.open.set(keyString(objectKey(written)), { resourceVersion, at: nowMs });
  }

  /** seen is to be told of every state that the cache shows, before anybody asks isBehind because of it; true: it is one that was waited for. */
  seen(object: T): boolean {
    const key = keyString(objectKey(object));
    const written = this.open.get(key);
    return written?.resourceVersion === object.metadata?.resourceVersion && this.open.delete(key);
  }

  /** gone is to be told of deletions. */
  gone(object: T): void {
    this.open.delete(keyString(objectKey(object)));
  }

  isBehind(key: string, nowMs: number): boolean {
    const written = this.open.get(key);
    if (!written) return false;
    if (nowMs - written.at < BEHIND_MS) return true;
    this.open.delete(key);
    return false;
  }
}

/** versionOf is an object's resourceVersion as the number that it is in this cluster, to tell which of two states is the later. */
const versionOf = (object: KubeObject | undefined) => Number(object?.metadata?.resourceVersion ?? 0);
