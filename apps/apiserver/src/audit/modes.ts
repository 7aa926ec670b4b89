import { TokenBucket, describe, type Clock, type Logger, type Stoppable } from '@navarch/base';
import type { AuditEvent } from './event';

/** AuditWriter puts events where they are kept. write rejects with an Error when they are not; `signal` ends further attempts. */
export interface AuditWriter extends Stoppable {
  write(events: readonly AuditEvent[], signal: AbortSignal): Promise<void>;
}

/** AuditBackend takes events as requests go on. A promise is what a request has to wait for before it is served: false refuses it. */
export interface AuditBackend extends Stoppable {
  take(event: AuditEvent): Promise<boolean> | undefined;
}

/** MODES are how requests and what is written of them go together. */
export const MODES = ['batch', 'blocking', 'blocking-strict'] as const;
export type Mode = (typeof MODES)[number];

/** BatchOptions shape what is written at a time in mode batch. */
export interface BatchOptions {
  /** bufferSize bounds the events that wait; more are dropped, and how many is logged. */
  readonly bufferSize: number;
  readonly maxSize: number;
  readonly maxWaitMs: number;
  /** throttle bounds how many batches are written in a second; no bound unless given. */
  readonly throttle?: { readonly qps: number; readonly burst: number } | undefined;
}

/** Blocking lets every request wait until its arrival is written; in mode blocking-strict, one that cannot be written is refused. */
export class Blocking implements AuditBackend {
  private readonly stopping = new AbortController();

  constructor(
    private readonly writer: AuditWriter,
    private readonly strict: boolean,
    private readonly log: Logger,
  ) {}

  async take(event: AuditEvent): Promise<boolean> {
    try {
      await this.writer.write([event], this.stopping.signal);
      return true;
    } catch (error) {
      this.log.error('An audit event was lost', undefined, { err: describe(error) });
      return !this.strict;
    }
  }

  stop(): Promise<void> {
    this.stopping.abort(stopError());
    return this.writer.stop();
  }
}

/** Batching writes events together, one batch at a time. No request waits. */
export class Batching implements AuditBackend {
  /** waiting are the events to write, oldest first; at most bufferSize. */
  private waiting: AuditEvent[] = [];
  private dropped = 0;
  private timer: Disposable | undefined;
  private writing: Promise<void> | undefined;
  private readonly bucket: TokenBucket | undefined;
  private readonly stopping = new AbortController();

  constructor(
    private readonly writer: AuditWriter,
    private readonly options: BatchOptions,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    const { throttle } = options;
    this.bucket = throttle && new TokenBucket(throttle.qps, throttle.burst, clock.now());
  }

  take(event: AuditEvent): undefined {
    if (this.waiting.length >= this.options.bufferSize) {
      this.dropped++;
      return;
    }
    this.waiting.push(event);
    if (this.waiting.length >= this.options.maxSize) this.flush();
    else this.timer ??= this.clock.after(this.options.maxWaitMs, () => this.flush());
  }

  /** stop writes what waits, without waiting for anything. */
  async stop(): Promise<void> {
    this.stopping.abort(stopError());
    this.flush();
    while (this.writing) await this.writing;
    await this.writer.stop();
  }

  private flush(): void {
    this.timer?.[Symbol.dispose]();
    this.timer = undefined;
    if (this.writing || !this.waiting.length) return;
    this.writing = this.write(this.waiting.splice(0, this.options.maxSize)).finally(() => {
      this.writing = undefined;
      // What came meanwhile has waited long enough.
      this.flush();
    });
  }

  private async write(batch: readonly AuditEvent[]): Promise<void> {
    this.report();
    const delay = this.bucket?.reserve(this.clock.now()) ?? 0;
    if (delay) await this.clock.sleep(delay, this.stopping.signal).catch(() => undefined);
    await this.writer.write(batch, this.stopping.signal).catch((error: unknown) => {
      this.log.error('Audit events were lost', undefined, { events: batch.length, err: describe(error) });
    });
  }

  private report(): void {
    if (!this.dropped) return;
    this.log.error('Writing audit events was too slow: events were dropped', undefined, { dropped: this.dropped });
    this.dropped = 0;
  }
}

const stopError = () => new Error('the apiserver is stopping');
