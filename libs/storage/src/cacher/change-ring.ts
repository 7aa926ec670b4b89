import type { Change } from '../change';
import { tooOld } from '../etcd3/errors';
import type { Revision } from '../interface';

/** RingLimits: what is within both bounds is remembered while it is fresh, and the last few for any time. */
export interface RingLimits {
  readonly count: number;
  readonly bytes: number;
  /** freshMs is how long a change is fresh; for ever unless given. */
  readonly freshMs?: number;
  /** few is how many of the last changes stay although they are not fresh any more. */
  readonly few?: number;
}

/**
 * DEFAULT_RING bounds what a resource remembers for watchers that resume. Whoever takes bookmarks resumes from the last minute, so that
 * a quarter more of it is fresh.
 */
export const DEFAULT_RING: RingLimits = { count: 10_000, bytes: 32 * 1024 * 1024, freshMs: 75_000, few: 100 };

/** ChangeRing remembers the last changes of a resource, in order, bounded by count, by bytes and by age. */
export class ChangeRing {
  private readonly items: Change[] = [];
  /** times has when each item came. */
  private readonly times: number[] = [];
  /** head is the index of the oldest remembered item; those before it are forgotten, and cut off when they are the larger part. */
  private head = 0;
  private bytes = 0;

  /** Invariant: every change with a revision greater than the floor is in the ring. */
  constructor(
    private lowest: Revision,
    private readonly limits: RingLimits,
  ) {}

  get floor(): Revision {
    return this.lowest;
  }

  /** push remembers the next change, which comes `now`, and forgets what it leaves no room for. */
  push(change: Change, now: number): void {
    const { count, bytes, freshMs = Number.POSITIVE_INFINITY, few = 0 } = this.limits;
    this.items.push(change);
    this.times.push(now);
    this.bytes += change.entry.json.length;
    while (this.size > count || this.bytes > bytes || (this.size > few && now - this.times[this.head]! > freshMs))
      this.forgetOldest();
    if (this.head > 1_024 && this.head * 2 > this.items.length) {
      this.items.splice(0, this.head);
      this.times.splice(0, this.head);
      this.head = 0;
    }
  }

  /** since answers the changes with a greater revision, oldest first. Throws 410 below the floor. */
  since(revision: Revision): Change[] {
    if (revision < this.lowest) throw tooOld(revision, this.lowest);
    let low = this.head;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.items[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.items.slice(low);
  }

  private get size(): number {
    return this.items.length - this.head;
  }

  private forgetOldest(): void {
    const oldest = this.items[this.head]!;
    this.head++;
    this.bytes -= oldest.entry.json.length;
    this.lowest = oldest.revision;
  }
}
