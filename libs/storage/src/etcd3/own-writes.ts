import type { StoredEntry } from '../entry';
import type { Attributes, Revision } from '../interface';

/** Arrivals are the states that events have brought so far. */
export interface Arrivals {
  readonly revision: Revision;
  get(key: string): StoredEntry | undefined;
}

/** MAX bounds how many writes wait for their events; an event whose entry was forgotten is decoded as any other's. */
const MAX = 1_000;

/** Write is all that is needed of an object while it is written. */
export interface Write {
  readonly stored: Buffer;
  readonly attributes: Attributes;
  /** ttlSeconds is after how long etcd forgets it; undefined: never. */
  readonly ttlSeconds?: number | undefined;
}

/**
 * OwnWrites remembers this process's writes until the watch brings their events, so that those need not be copied, spliced and parsed a
 * second time: the entries of writes that were answered, which share their bytes with the cache, and what is known of those that were not.
 */
export class OwnWrites {
  /** entries by key, the oldest first. */
  private readonly entries = new Map<string, StoredEntry>();
  /** pending by key; of several the last. */
  private readonly pending = new Map<string, Write>();

  /** during has a write known as pending until it ends. */
  async during<T>(key: string, write: Write, work: () => Promise<T>): Promise<T> {
    this.pending.set(key, write);
    try {
      return await work();
    } finally {
      if (this.pending.get(key) === write) this.pending.delete(key);
    }
  }

  /** recognize tells the entry of an event that came ahead of the answer what it is made of. */
  recognize(entry: StoredEntry): void {
    const write = this.pending.get(entry.key);
    if (write && entry.storedAs(write.stored)) entry.know(write.attributes);
  }

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
