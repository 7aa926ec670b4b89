import type { Clock } from '@navarch/base';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
}

/** FakeClock is a Clock that stands still until a test advances it. Timers fire in the order of their time, then of their making. */
export class FakeClock implements Clock {
  private readonly timers = new Set<Timer>();
  private made = 0;

  constructor(private time = Date.parse('2024-01-02T03:04:05Z')) {}

  now(): number {
    return this.time;
  }

  /** pending is the number of timers that have yet to fire. */
  get pending(): number {
    return this.timers.size;
  }

  after(ms: number, fn: () => void): Disposable {
    const timer = { at: this.time + Math.max(0, ms), order: this.made++, fn };
    this.timers.add(timer);
    return { [Symbol.dispose]: () => void this.timers.delete(timer) };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = () => {
        timer[Symbol.dispose]();
        reject(signal!.reason as Error);
      };
      const timer = this.after(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** advance moves the time on by ms, stopping at each timer that falls due; what a timer sets going runs before the next fires. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (let timer = this.next(end); timer; timer = this.next(end)) {
      this.timers.delete(timer);
      this.time = Math.max(this.time, timer.at);
      timer.fn();
      await settle();
    }
    this.time = end;
  }

  private next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (timer.at > end) continue;
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  }
}

/** settle lets everything that is ready to run do so: all promise callbacks, then one turn of the event loop. */
export function settle(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
