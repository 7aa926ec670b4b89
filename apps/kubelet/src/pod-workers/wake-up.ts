import type { Clock } from '@navarch/base';

/** WakeUp is a doorbell for one sleeper: rings before the wait count, and many count as one. */
export class WakeUp {
  private rung = false;
  private waiter: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  ring(): void {
    this.rung = true;
    this.waiter?.();
  }

  /** wait resolves when it rings, after ms at the latest, or when signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const end = () => {
        timer?.[Symbol.dispose]();
        signal.removeEventListener('abort', end);
        this.waiter = undefined;
        this.rung = false;
        resolve();
      };
      const timer = this.rung || signal.aborted || ms <= 0 ? undefined : this.clock.after(ms, end);
      if (!timer) return end();
      this.waiter = end;
      signal.addEventListener('abort', end, { once: true });
    });
  }
}
