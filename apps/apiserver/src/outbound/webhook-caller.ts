import type { admissionregistrationv1 } from '@navarch/api';
import { describe } from '@navarch/base';
import { exchange } from './exchange';
import { goError } from './go-error';
import { reviewAnswer, type Review } from './review-answer';

const DEFAULT_TIMEOUT_SECONDS = 10;
const MAX_SHOWN = 2048;
const USER_AGENT = 'kube-apiserver-admission';
const MAX_ANSWER_BYTES = 3 * 1024 * 1024;

/** ServiceResolver finds an address of a service's backend. */
export type ServiceResolver = (
  namespace: string,
  name: string,
  port: number,
) => Promise<{ host: string; port: number }>;

/** CallerOptions are how webhooks are reached. */
export interface CallerOptions {
  readonly resolve: ServiceResolver;
  /** tls is our client certificate, read for each call. */
  readonly tls: () => { readonly cert?: string; readonly key?: string } | undefined;
}

/** Callee is a webhook as its configuration names it. */
export interface Callee {
  readonly clientConfig: admissionregistrationv1.WebhookClientConfig;
  /** timeoutSeconds is 10 unless given. */
  readonly timeoutSeconds?: number;
}

/** callWebhook posts a review and answers what the webhook did, parsed. It rejects with an Error in Go's words. */
export async function callWebhook(callee: Callee, review: Review, options: CallerOptions): Promise<unknown> {
  const { clientConfig, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = callee;
  const { service, caBundle } = clientConfig;
  const url = webhookUrl(clientConfig);
  url.searchParams.set('timeout', `${timeoutSeconds}s`);
  const failure = (why: string) => new Error(`Post ${JSON.stringify(shownUrl(url, !!service))}: ${why}`);
  const place = service
    ? await options.resolve(service.namespace, service.name, service.port ?? 443).catch((error: unknown) => {
        throw failure(describe(error));
      })
    : { host: url.hostname, port: Number(url.port) || 443 };
  const answer = await exchange({
    ...{ url, place, method: 'POST', maxAnswerBytes: MAX_ANSWER_BYTES, timeoutMs: timeoutSeconds * 1000 },
    headers: { 'content-type': 'application/json', accept: 'application/json, */*', 'user-agent': USER_AGENT },
    body: Buffer.from(JSON.stringify(review)),
    ...(caBundle && { ca: Buffer.from(String(caBundle), 'base64').toString('utf8') }),
    ...options.tls(),
  }).catch(({ cause }: Error) => {
    throw failure(goError(cause as Error, place));
  });
  const { status, contentType, body } = answer;
  if (status < 200 || status > 206) throw new Error(answerFailure(status, contentType, body.toString()));
  if (!body.length) throw new Error(`0-length response with status code: ${status} and content type: ${contentType}`);
  return reviewAnswer(body, review);
}

/** FAILURES are what clients of Kubernetes make of the codes of servers that say nothing themselves. */
const FAILURES: ReadonlyMap<number, string> = new Map([
  [400, 'the server rejected our request for an unknown reason'],
  [401, 'the server has asked for the client to provide credentials'],
  [404, 'the server could not find the requested resource'],
  [405, 'the server does not allow this method on the requested resource'],
  [409, 'the server reported a conflict'],
  [422, 'the server rejected our request due to an error in our request'],
  [503, 'the server is currently unable to handle the request'],
  [504, 'the server was unable to return a response in the time allotted, but may still be processing the request'],
]);

/** answerFailure words an answer with an error's code: by its Status if it is one, else by the code, or its plain text. Pure. */
export function answerFailure(code: number, contentType: string, text: string): string {
  const own = statusMessage(text);
  if (own !== undefined) return own;
  const known = FAILURES.get(code);
  if (known !== undefined) return known;
  const shown = contentType.startsWith('text/') ? text.trim().slice(0, MAX_SHOWN) : 'unknown';
  if (code === 403 || code < 500) return shown;
  return `an error on the server (${JSON.stringify(shown)}) has prevented the request from succeeding`;
}

function statusMessage(text: string): string | undefined {
  try {
    const { kind, status, message } = (JSON.parse(text) ?? {}) as { kind?: string; status?: string; message?: string };
    return kind === 'Status' && status !== 'Success' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** webhookUrl is where a client configuration leads; a service's name stands for its host. */
export function webhookUrl({ url, service }: admissionregistrationv1.WebhookClientConfig): URL {
  if (!service) return new URL(url ?? '');
  const target = new URL(`https://${service.name}.${service.namespace}.svc:${service.port ?? 443}`);
  const path = service.path ?? '/';
  target.pathname = path.startsWith('/') ? path : `/${path}`;
  return target;
}

/** shownUrl is the URL as messages have it: that of a service always with its port. Pure. */
export function shownUrl(url: URL, ofService: boolean): string {
  return ofService && !url.port ? url.href.replace(url.host, `${url.host}:443`) : url.href;
}
