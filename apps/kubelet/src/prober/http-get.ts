import http from 'node:http';
import https from 'node:https';
import type { corev1 } from '@navarch/api';

/** HttpAnswer is what an httpGet action got. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

const MAX_BODY = 10 * 1024;
const MAX_REDIRECTS = 10;

/** resolvePort is a port by number, or by the name of one of the container's. Throws for a name that is none. */
export function resolvePort(port: number | string, container: corev1.Container): number {
  if (typeof port === 'number') return port;
  const named = container.ports?.find(candidate => candidate.name === port)?.containerPort;
  const value = named ?? (/^\d+$/.test(port) ? Number(port) : undefined);
  if (value === undefined) throw new Error(`couldn't find port ${JSON.stringify(port)} in container ${container.name}`);
  return value;
}

/** httpUrl is what an httpGet action asks: at the pod's address unless it names a host. */
export function httpUrl(action: corev1.HTTPGetAction, container: corev1.Container, podIp: string): URL {
  const host = action.host || podIp;
  const scheme = (action.scheme ?? 'HTTP').toLowerCase();
  const origin = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${resolvePort(action.port, container)}`;
  const path = action.path ?? '/';
  return new URL(path.startsWith('/') ? origin + path : `${origin}/${path}`);
}

/** httpGet asks, without checking certificates; redirects are followed within the host. Rejects with a sentence as upstream's. */
export async function httpGet(
  url: URL,
  headers: readonly corev1.HTTPHeader[],
  userAgent: string,
  timeoutMs: number,
): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  let target = url;
  for (let hop = 0; ; hop++) {
    const answer = await ask(target, headers, userAgent, signal);
    const next =
      answer.status >= 300 && answer.status < 400 && answer.location ? new URL(answer.location, target) : undefined;
    if (!next || next.hostname !== url.hostname) return answer;
    if (hop === MAX_REDIRECTS) throw new Error(`Get ${JSON.stringify(url.href)}: stopped after 10 redirects`);
    target = next;
  }
}

function ask(
  url: URL,
  headers: readonly corev1.HTTPHeader[],
  userAgent: string,
  signal: AbortSignal,
): Promise<HttpAnswer & { readonly location?: string }> {
  return new Promise((resolve, reject) => {
    const given = Object.fromEntries(headers.map(({ name, value }) => [name.toLowerCase(), value]));
    const { host, ...rest } = given;
    const options = {
      headers: { 'user-agent': userAgent, accept: '*/*', connection: 'close', ...rest, ...(host && { host }) },
      agent: false,
      signal,
      rejectUnauthorized: false,
    };
    const fail = (error: Error) =>
      reject(new Error(`Get ${JSON.stringify(url.href)}: ${reasonOf(error, url, signal)}`));
    const request = (url.protocol === 'https:' ? https : http).get(url, options, response => {
      const chunks: Buffer[] = [];
      let size = 0;
      const done = () => {
        const body = Buffer.concat(chunks).subarray(0, MAX_BODY).toString('utf8');
        resolve({
          status: response.statusCode ?? 0,
          body,
          ...(response.headers.location && { location: response.headers.location }),
        });
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size <= MAX_BODY) return;
        done();
        response.destroy();
      });
      response.on('end', done);
      response.on('error', fail);
    });
    request.on('error', fail);
  });
}

/** reasonOf says it in the words people search for. */
function reasonOf(error: Error, url: URL, signal: AbortSignal): string {
  if (signal.aborted) return 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
  return dialError(error, url.hostname, Number(url.port || (url.protocol === 'https:' ? 443 : 80)));
}

/** dialError renders a connection's failure as Go does. */
export function dialError(error: Error, host: string, port: number): string {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connect: connection refused',
    EHOSTUNREACH: 'connect: no route to host',
    ENETUNREACH: 'connect: network is unreachable',
    ETIMEDOUT: 'i/o timeout',
  };
  const word = words[(error as NodeJS.ErrnoException).code ?? ''];
  return word ? `dial tcp ${host}:${port}: ${word}` : error.message;
}
