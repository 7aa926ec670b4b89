import { Backoff, type Clock } from '@navarch/base';
import { loadKubeconfig, type Pem } from '@navarch/client';
import { Agent } from 'node:https';
import type { Live, ReadFile } from '../credentials/live';
import { exchange } from './exchange';

const ATTEMPTS = 5;
/** TRANSIENT answers are worth another attempt. */
const TRANSIENT = new Set([429, 500, 502, 503, 504]);
const MAX_SOCKETS = 256;

/** ReviewEndpoint is a webhook that answers reviews, as its kubeconfig describes it. */
export interface ReviewEndpoint {
  readonly url: URL;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
  readonly serverName?: string;
  readonly insecureSkipTlsVerify?: boolean;
}

/** readReviewEndpoint reads the kubeconfig of a webhook, and the files it names. */
export function readReviewEndpoint(file: string, read: ReadFile): ReviewEndpoint {
  read(file);
  const { server, ca, cert, key, token, serverName, insecureSkipTlsVerify } = loadKubeconfig(file);
  const url = new URL(server);
  if (url.protocol !== 'https:') throw new Error(`${file}: ${server} is no https URL`);
  const text = (pem: Pem | undefined) => pem && ('pem' in pem ? pem.pem : read(pem.file));
  const parts = {
    ...{ ca: text(ca), cert: text(cert), key: text(key), serverName, insecureSkipTlsVerify },
    token: typeof token === 'object' ? read(token.file).trim() : token,
  };
  return { url, ...(Object.fromEntries(Object.entries(parts).filter(([, value]) => value)) as typeof parts) };
}

/** ReviewClient posts reviews to a webhook and answers what it made of them. Transient failures are tried again, a little later each time. */
export class ReviewClient {
  /** agent keeps connections; idle ones keep no process alive. */
  private readonly agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: 16 });

  constructor(
    private readonly endpoint: Live<ReviewEndpoint>,
    private readonly timeoutMs: number,
    private readonly clock: Clock,
    /** backoffMs is how long the second attempt waits. */
    private readonly backoffMs = 500,
  ) {}

  /** ask answers the review's status as the webhook filled it in; it rejects with an Error if nobody did. */
  async ask<S extends object>(review: object): Promise<S> {
    const body = Buffer.from(JSON.stringify(review));
    const backoff = new Backoff({ initialMs: this.backoffMs, maxMs: 10 * this.backoffMs, factor: 1.5, jitter: 0.2 });
    for (let attempt = 1; ; attempt++) {
      const { token, ...place } = this.endpoint.current;
      const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
      const { agent, timeoutMs } = this;
      const { status, body: answer } = await exchange({ ...place, method: 'POST', headers, body, timeoutMs, agent });
      if (status >= 200 && status < 300) return statusOf<S>(answer);
      if (!TRANSIENT.has(status) || attempt === ATTEMPTS) throw new Error(`the webhook answered ${status}`);
      await this.clock.sleep(backoff.next());
    }
  }
}

function statusOf<S extends object>(answer: Buffer): S {
  const { status } = JSON.parse(answer.toString()) as { status?: unknown };
  if (typeof status !== 'object' || status === null) throw new Error("the webhook's answer has no status");
  return status as S;
}
