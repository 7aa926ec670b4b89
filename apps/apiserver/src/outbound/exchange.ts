import { request, type Agent } from 'node:https';
import { ByteBudget } from './byte-budget';
import { secureContextOf } from './secure-contexts';

/** MAX_ANSWER_BYTES bounds what is taken from a server that is not ours, unless more is asked for. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** arriving bounds what all answers that are not complete yet take together. */
const arriving = new ByteBudget(256 * 1024 * 1024);

/** Outgoing is one HTTPS request to a server that is not ours. Certificates and keys are PEM texts. */
export interface Outgoing {
  readonly url: URL;
  /** place is where to connect to for the URL's host; that host itself unless given. */
  readonly place?: { readonly host: string; readonly port: number };
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** ca signed the server's certificate; the system's authorities unless given. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly timeoutMs: number;
  readonly maxAnswerBytes?: number;
  readonly agent?: Agent;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** exchange sends a request and answers the whole answer. It rejects with an Error that says what failed, and why by its cause. Redirects are not followed. */
export function exchange(outgoing: Outgoing): Promise<Answer> {
  const { url, place, method, headers, body, ca, cert, key, serverName, insecureSkipTlsVerify, agent } = outgoing;
  const { timeoutMs, maxAnswerBytes = MAX_ANSWER_BYTES } = outgoing;
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      ...(place && { hostname: place.host, port: place.port }),
      method,
      headers: {
        host: url.host,
        accept: 'application/json',
        ...headers,
        ...(body && { 'content-length': body.length }),
      },
      // The agent tells connections apart by the texts; the context spares it reading them.
      ...{ ca, cert, key, agent, servername: serverName, secureContext: secureContextOf({ ca, cert, key }) },
      ...(insecureSkipTlsVerify && { rejectUnauthorized: false }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const fail = (error: Error) =>
      reject(
        new Error(`${method} ${url.href}: ${error.name === 'AbortError' ? 'timed out' : error.message}`, {
          cause: error,
        }),
      );
    sent.once('error', fail);
    sent.once('response', answer => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        if (size + chunk.length > maxAnswerBytes) return void sent.destroy(new Error('the answer is too long'));
        if (!arriving.take(chunk.length)) return void sent.destroy(new Error('too much is being answered at once'));
        size += chunk.length;
        chunks.push(chunk);
      });
      answer.once('close', () => arriving.give(size));
      answer.once('error', fail);
      answer.once('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          contentType: answer.headers['content-type'] ?? '',
          body: Buffer.concat(chunks, size),
        }),
      );
    });
    sent.end(body);
  });
}
