import type { Change } from '../change';
import { tooOld } from '../etcd3/errors';
import type { Revision } from '../interface';

export interface RingLimits {
  readonly count: number;
  readonly bytes: number;
}

/** DEFAULT_RING bounds what a resource remembers for watchers that resume. */
export const DEFAULT_RING: RingLimits = { count: 10_000, bytes: 32 * 1024 * 1024 };

/** ChangeRing remembers the last changes of a resource, in order, bounded by count and by bytes. */
export class ChangeRing {
  private readonly items: Change[] = [];
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

  push(change: Change): void {
    this.items.push(change);
    this.bytes += change.entry.json.length;
    while (this.items.length - this.head > this.limits.count || this.bytes > this.limits.bytes) this.forgetOldest();
    if (this.head > 1_024 && this.head * 2 > this.items.length) {
      this.items.splice(0, this.head);
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

  private forgetOldest(): void {
    const oldest = this.items[this.head]!;
    this.head++;
    this.bytes -= oldest.entry.json.length;
    this.lowest = oldest.revision;
  }
}
