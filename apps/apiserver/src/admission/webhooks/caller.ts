import type { admissionregistrationv1 } from '@navarch/api';
import { request } from 'node:https';
import type { Webhook } from './webhook';

const DEFAULT_TIMEOUT_SECONDS = 10;
const MAX_SHOWN = 2048;
const MAX_ANSWER_BYTES = 3 * 1024 * 1024;

/** ServiceResolver finds an address of a service's backend. */
export type ServiceResolver = (
  namespace: string,
  name: string,
  port: number,
) => Promise<{ host: string; port: number }>;

export interface CallerOptions {
  readonly resolve: ServiceResolver;
  /** tls is our client certificate, read for each call. */
  readonly tls: () => { readonly cert?: string; readonly key?: string } | undefined;
}

/** callWebhook posts a review and answers what the webhook did, parsed. It rejects with an Error in Go's words. */
export async function callWebhook(
  webhook: Pick<Webhook, 'clientConfig' | 'timeoutSeconds'>,
  review: object,
  options: CallerOptions,
): Promise<unknown> {
  const seconds = webhook.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const url = webhookUrl(webhook.clientConfig);
  url.searchParams.set('timeout', `${seconds}s`);
  const { service } = webhook.clientConfig;
  const place = service
    ? await options.resolve(service.namespace, service.name, service.port ?? 443)
    : { host: url.hostname, port: Number(url.port) || 443 };
  const ca = webhook.clientConfig.caBundle
    ? Buffer.from(String(webhook.clientConfig.caBundle), 'base64').toString('utf8')
    : undefined;
  const body = Buffer.from(JSON.stringify(review));
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new Error(`Post ${JSON.stringify(url.href)}: ${goError(error, place)}`));
    const signal = AbortSignal.timeout(seconds * 1000);
    const asked = request({
      ...place,
      method: 'POST',
      path: url.pathname + url.search,
      servername: /^[\d.:]+$/.test(url.hostname) ? undefined : url.hostname,
      headers: {
        host: url.host,
        'content-type': 'application/json',
        accept: 'application/json, */*',
        'content-length': body.length,
      },
      ...(ca && { ca }),
      ...options.tls(),
      signal,
    });
    asked.once('error', fail);
    asked.once('response', response => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES) asked.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      response.once('error', fail);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const { statusCode = 0, headers } = response;
        if (statusCode < 200 || statusCode > 206)
          return reject(new Error(answerFailure(statusCode, headers['content-type'] ?? '', text)));
        try {
          resolve(JSON.parse(text));
        } catch (error) {
          reject(
            new Error(
              `couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : String(error)}`,
            ),
          );
        }
      });
    });
    asked.end(body);
  });
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

/** goError words a network failure as clients of Kubernetes know it. Pure. */
export function goError(
  error: Error & { code?: string; cause?: unknown },
  { host, port }: { host: string; port: number },
): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return `dial tcp ${host}:${port}: connect: connection refused`;
    case 'EHOSTUNREACH':
      return `dial tcp ${host}:${port}: connect: no route to host`;
    case 'ENOTFOUND':
      return `dial tcp: lookup ${host}: no such host`;
    case 'ABORT_ERR':
    case 'ETIMEDOUT':
      return 'context deadline exceeded';
    default:
      return error.message;
  }
}
