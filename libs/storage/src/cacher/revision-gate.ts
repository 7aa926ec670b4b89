import type { Clock } from '@navarch/base';
import type { Revision } from '../interface';

interface Waiter {
  readonly revision: Revision;
  readonly resolve: (reached: boolean) => void;
}

/** RevisionGate lets callers wait until a growing revision has reached theirs. */
export class RevisionGate {
  private current: Revision = 0;
  /** Waiters in the order of their revisions. */
  private readonly waiters: Waiter[] = [];

  constructor(private readonly clock: Clock) {}

  get revision(): Revision {
    return this.current;
  }

  /** reset takes a revision that may be lower: the store was restored to an earlier state. */
  reset(revision: Revision): void {
    this.current = revision;
    this.release();
  }

  advance(revision: Revision): void {
    if (revision <= this.current) return;
    this.current = revision;
    this.release();
  }

  /** reached resolves true when the revision is there, false after timeoutMs; rejects with the signal's reason. */
  reached(revision: Revision, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (this.current >= revision) return Promise.resolve(true);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        revision,
        resolve: reached => {
          timer[Symbol.dispose]();
          signal?.removeEventListener('abort', onAbort);
          resolve(reached);
        },
      };
      const leave = () => {
        const at = this.waiters.indexOf(waiter);
        if (at >= 0) this.waiters.splice(at, 1);
      };
      const onAbort = () => {
        leave();
        timer[Symbol.dispose]();
        reject(signal!.reason as Error);
      };
      const timer = this.clock.after(timeoutMs, () => {
        leave();
        waiter.resolve(false);
      });
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      let at = this.waiters.length;
      while (at > 0 && this.waiters[at - 1]!.revision > revision) at--;
      this.waiters.splice(at, 0, waiter);
    });
  }

  private release(): void {
    let count = 0;
    while (count < this.waiters.length && this.waiters[count]!.revision <= this.current) count++;
    for (const waiter of this.waiters.splice(0, count)) waiter.resolve(true);
  }
}
