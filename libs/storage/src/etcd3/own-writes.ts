import type { StoredEntry } from '../entry';
import type { Revision } from '../interface';

/** Arrivals are the states that events have brought so far. */
export interface Arrivals {
  readonly revision: Revision;
  get(key: string): StoredEntry | undefined;
}

/** MAX bounds how many writes wait for their events; an event whose entry was forgotten is decoded as any other's. */
const MAX = 1_000;

/**
 * OwnWrites remembers the entries of this process's writes until the watch brings their events: those need not be copied, spliced and
 * parsed a second time, and the cache shares the bytes with the answer.
 */
export class OwnWrites {
  /** entries by key, the oldest first. */
  private readonly entries = new Map<string, StoredEntry>();

  add(entry: StoredEntry): void {
    const known = this.entries.get(entry.key);
    // Answers of two writes may overtake each other.
    if (known && known.revision > entry.revision) return;
    this.entries.delete(entry.key);
    this.entries.set(entry.key, entry);
    if (this.entries.size > MAX) this.entries.delete(this.entries.keys().next().value!);
  }

  /** take answers the entry of exactly this revision, and forgets what is not newer. */
  take(key: string, revision: Revision): StoredEntry | undefined {
    const entry = this.entries.get(key);
    if (!entry || entry.revision > revision) return undefined;
    this.entries.delete(key);
    return entry.revision === revision ? entry : undefined;
  }
}
