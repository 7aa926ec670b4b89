import { Backoff, describe, type Clock } from '@navarch/base';
import { Agent } from 'node:https';
import type { Live } from '../credentials/live';
import { exchange } from '../outbound/exchange';
import type { ReviewEndpoint } from '../outbound/review-client';
import type { AuditEvent } from './event';
import { inVersion } from './format';
import type { AuditWriter } from './modes';

const TIMEOUT_MS = 30_000;
const ATTEMPTS = 5;

/** AuditWebhook posts events as EventLists. A failed post is tried again, later each time. */
export class AuditWebhook implements AuditWriter {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 4 });

  constructor(
    private readonly endpoint: Live<ReviewEndpoint>,
    private readonly initialBackoffMs: number,
    /** apiVersion is that of the events. */
    private readonly apiVersion: string,
    private readonly clock: Clock,
  ) {}

  async write(events: readonly AuditEvent[], signal: AbortSignal): Promise<void> {
    const { apiVersion } = this;
    const items = events.map(event => inVersion(event, apiVersion));
    const list = { kind: 'EventList', apiVersion, metadata: {}, items };
    const body = Buffer.from(JSON.stringify(list));
    const { initialBackoffMs } = this;
    const backoff = new Backoff({ initialMs: initialBackoffMs, maxMs: 8 * initialBackoffMs, jitter: 0.2 });
    for (let attempt = 1; ; attempt++) {
      const problem = await this.post(body);
      if (problem === undefined) return;
      if (attempt === ATTEMPTS || signal.aborted) throw new Error(problem);
      await this.clock.sleep(backoff.next(), signal).catch(() => undefined);
    }
  }

  stop(): Promise<void> {
    this.agent.destroy();
    return Promise.resolve();
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
}
