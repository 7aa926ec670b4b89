import { Backoff, describe, type Clock, type Logger } from '@navarch/base';
import { Agent } from 'node:https';
import type { Live } from '../credentials/live';
import { exchange } from '../outbound/exchange';
import type { ReviewEndpoint } from '../outbound/review-client';
import type { AuditBackend } from './audit';

/** BatchOptions shape what is sent to the webhook at a time. */
export interface BatchOptions {
  /** bufferSize bounds the events that wait; more are dropped, and how many is logged. */
  readonly bufferSize: number;
  readonly maxSize: number;
  readonly maxWaitMs: number;
  readonly initialBackoffMs: number;
}

const TIMEOUT_MS = 30_000;
const ATTEMPTS = 5;

/** WebhookBackend posts events in batches, as EventLists, one batch at a time. It never blocks a request. */
export class WebhookBackend implements AuditBackend {
  /** waiting are the events to send, oldest first; at most bufferSize. */
  private waiting: object[] = [];
  private dropped = 0;
  private timer: Disposable | undefined;
  private sending: Promise<void> | undefined;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private readonly stopping = new AbortController();

  constructor(
    private readonly endpoint: Live<ReviewEndpoint>,
    private readonly options: BatchOptions,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  take(event: object): void {
    if (this.waiting.length >= this.options.bufferSize) {
      this.dropped++;
      return;
    }
    this.waiting.push(event);
    if (this.waiting.length >= this.options.maxSize) this.flush();
    else this.timer ??= this.clock.after(this.options.maxWaitMs, () => this.flush());
  }

  /** stop sends what waits, with no further attempts. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('the apiserver is stopping'));
    this.flush();
    while (this.sending) await this.sending;
    this.agent.destroy();
  }

  private flush(): void {
    this.timer?.[Symbol.dispose]();
    this.timer = undefined;
    if (this.sending || !this.waiting.length) return;
    const batch = this.waiting.splice(0, this.options.maxSize);
    this.sending = this.send(batch).finally(() => {
      this.sending = undefined;
      // What came meanwhile has waited long enough.
      this.flush();
    });
  }

  private async send(items: readonly object[]): Promise<void> {
    this.report();
    const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items };
    const body = Buffer.from(JSON.stringify(list));
    const { initialBackoffMs } = this.options;
    const backoff = new Backoff({ initialMs: initialBackoffMs, maxMs: 8 * initialBackoffMs, jitter: 0.2 });
    for (let attempt = 1; ; attempt++) {
      const problem = await this.post(body);
      if (problem === undefined) return;
      if (attempt === ATTEMPTS || this.stopping.signal.aborted) {
        this.log.error('Audit events were lost', undefined, { events: items.length, err: problem });
        return;
      }
      await this.clock.sleep(backoff.next(), this.stopping.signal).catch(() => undefined);
    }
  }

  /** post answers what went wrong, undefined if nothing did. */
  private async post(body: Buffer): Promise<string | undefined> {
    const { token, ...place } = this.endpoint.current;
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const { agent } = this;
    try {
      const { status } = await exchange({ ...place, method: 'POST', headers, body, timeoutMs: TIMEOUT_MS, agent });
      return status >= 200 && status < 300 ? undefined : `the webhook answered ${status}`;
    } catch (error) {
      return describe(error);
    }
  }

  private report(): void {
    if (!this.dropped) return;
    this.log.error('The audit webhook was too slow: events were dropped', undefined, { dropped: this.dropped });
    this.dropped = 0;
  }
}
