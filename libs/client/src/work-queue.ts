import { TokenBucket, backoffDelay, systemClock, type Clock } from '@navarch/base';
import type { WorkQueue } from './interfaces';

/** WorkQueueObserver hears what a queue does; for metrics. Durations in milliseconds. */
export interface WorkQueueObserver {
  added(depth: number): void;
  started(depth: number, waitedMs: number): void;
  done(workedMs: number): void;
  retried(): void;
}

export interface WorkQueueOptions {
  readonly clock?: Clock;
  readonly observer?: WorkQueueObserver;
  /** initialMs and maxMs shape the backoff of a key: 5 ms and 1000 s unless given. */
  readonly initialMs?: number;
  readonly maxMs?: number;
  /** perSecond and burst bound addRateLimited over all keys: 10 and 100 unless given. */
  readonly perSecond?: number;
  readonly burst?: number;
}

/** createWorkQueue makes a rate limiting queue. It is bounded by the number of distinct keys, as every key is in it at most once. */
export function createWorkQueue(options: WorkQueueOptions = {}): WorkQueue {
  return new RateLimitingQueue(options);
}

class RateLimitingQueue implements WorkQueue {
  /** ready are the keys to hand out, in order; each is in `dirty` too and never in `processing`. */
  private readonly ready: string[] = [];
  /** dirty are the keys that need work, with the time since when. */
  private readonly dirty = new Map<string, number>();
  private readonly processing = new Map<string, number>();
  private readonly delayed = new Map<string, { at: number; timer: Disposable }>();
  private readonly failures = new Map<string, number>();
  private readonly waiters: ((key: string | undefined) => void)[] = [];
  private readonly clock: Clock;
  private readonly bucket: TokenBucket;
  private stopped = false;

  constructor(private readonly options: WorkQueueOptions) {
    this.clock = options.clock ?? systemClock;
    this.bucket = new TokenBucket(options.perSecond ?? 10, options.burst ?? 100, this.clock.now());
  }

  get length(): number {
    return this.ready.length;
  }

  add(key: string): void {
    if (this.stopped || this.dirty.has(key)) return;
    this.dirty.set(key, this.clock.now());
    if (!this.processing.has(key)) this.makeReady(key);
    this.options.observer?.added(this.ready.length);
  }

  addAfter(key: string, ms: number): void {
    if (this.stopped) return;
    if (ms <= 0) return this.add(key);
    const at = this.clock.now() + ms;
    const waiting = this.delayed.get(key);
    if (waiting && waiting.at <= at) return;
    waiting?.timer[Symbol.dispose]();
    const timer = this.clock.after(ms, () => {
      this.delayed.delete(key);
      this.add(key);
    });
    this.delayed.set(key, { at, timer });
  }

  addRateLimited(key: string): void {
    const failures = this.failures.get(key) ?? 0;
    this.failures.set(key, failures + 1);
    this.options.observer?.retried();
    const { initialMs = 5, maxMs = 1_000_000 } = this.options;
    this.addAfter(key, Math.max(backoffDelay({ initialMs, maxMs }, failures), this.bucket.reserve(this.clock.now())));
  }

  forget(key: string): void {
    this.failures.delete(key);
  }

  get(): Promise<string | undefined> {
    const key = this.ready.shift();
    if (key !== undefined) {
      this.begin(key);
      return Promise.resolve(key);
    }
    if (this.stopped) return Promise.resolve(undefined);
    return new Promise(resolve => this.waiters.push(resolve));
  }

  done(key: string): void {
    const since = this.processing.get(key);
    if (since === undefined) return;
    this.processing.delete(key);
    this.options.observer?.done(this.clock.now() - since);
    if (this.dirty.has(key)) this.makeReady(key);
  }

  shutDown(): void {
    this.stopped = true;
    for (const { timer } of this.delayed.values()) timer[Symbol.dispose]();
    this.delayed.clear();
    for (const resolve of this.waiters.splice(0)) resolve(undefined);
  }

  private makeReady(key: string): void {
    const resolve = this.waiters.shift();
    if (!resolve) {
      this.ready.push(key);
      return;
    }
    this.begin(key);
    resolve(key);
  }

  private begin(key: string): void {
    const now = this.clock.now();
    const since = this.dirty.get(key) ?? now;
    this.dirty.delete(key);
    this.processing.set(key, now);
    this.options.observer?.started(this.ready.length, now - since);
  }
}
