import { connectBus } from '@navarch/bus';
import { NatsTransport } from '@navarch/client';
import { dial, encodeHeaders, type Field, type Http2Connection } from '@navarch/http2';
import type { HttpsTarget, NatsTarget, Target } from './job';

/** Asked is one request. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: Buffer;
  readonly type?: string;
}

/** Answered is how a request went; `first` is the first piece of the body. */
export interface Answered {
  readonly status: number;
  readonly bytes: number;
  readonly first: Buffer | undefined;
}

/** Asker sends requests over one connection. Whatever it costs is the load's, not the server's. */
export interface Asker {
  ask(request: Asked): Promise<Answered>;
  /** watch resolves when the server has accepted it; `onChunk` gets the bytes as they come. */
  watch(path: string, onChunk: (chunk: Buffer) => void): Promise<void>;
  close(): Promise<void>;
}

/** connect opens a connection to a target. */
export function connect(target: Target): Promise<Asker> {
  return target.kind === 'https' ? connectHttps(target) : connectNats(target);
}

const USER_AGENT = 'bench/v1';

const DIAL_MS = 10_000;
const NO_BODY = Buffer.alloc(0);

async function connectHttps({ ca, cert, key, url, token }: HttpsTarget): Promise<Asker> {
  const closing = new AbortController();
  // A measured cluster's certificate need not name this host when no CA was given.
  const tls = { ...(ca !== undefined && { ca }), cert, key, rejectUnauthorized: ca !== undefined };
  const connection = await dial(new URL(url), { tls, timeoutMs: DIAL_MS, signal: closing.signal });
  return new HttpsAsker(connection, new URL(url).host, token, closing);
}

/** HttpsAsker asks by the project's own client of HTTP/2: what the load costs is taken from the server that is measured. */
class HttpsAsker implements Asker {
  constructor(
    private readonly connection: Http2Connection,
    private readonly host: string,
    private readonly token: string | undefined,
    private readonly closing: AbortController,
  ) {}

  ask({ method, path, body = NO_BODY, type = 'application/json' }: Asked): Promise<Answered> {
    return new Promise((resolve, reject) => {
      let status = 0;
      let bytes = 0;
      let first: Buffer | undefined;
      this.connection.request(this.block(method, path, body.length ? type : undefined), body, true, {
        headers: fields => (status ||= statusOf(fields)),
        data(chunk) {
          first ??= chunk;
          bytes += chunk.length;
        },
        close: error => (error ? reject(error) : resolve({ status, bytes, first })),
      });
    });
  }

  watch(path: string, onChunk: (chunk: Buffer) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.connection.request(this.block('GET', path), NO_BODY, true, {
        headers(fields) {
          const status = statusOf(fields);
          if (status === 200) resolve();
          else reject(new Error(`a watch was answered with ${status}`));
        },
        data: onChunk,
        close: error => reject(error ?? new Error('a watch has ended')),
      });
    });
  }

  close(): Promise<void> {
    this.closing.abort();
    return Promise.resolve();
  }

  private block(method: string, path: string, type?: string): Buffer {
    const fields = { ':method': method, ':scheme': 'https', ':authority': this.host, ':path': path };
    const headers = {
      ...{ accept: 'application/json', 'user-agent': USER_AGENT },
      ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
      ...(type !== undefined && { 'content-type': type }),
    };
    return encodeHeaders(Object.entries({ ...fields, ...headers }).map(([name, value]) => ({ name, value })));
  }
}

const statusOf = (fields: readonly Field[]) => Number(fields[0]?.value);

async function connectNats({ server, ca, cert, key }: NatsTarget): Promise<Asker> {
  const bus = await connectBus({ servers: [server], ca, cert, key });
  const transport = new NatsTransport(bus);
  const closing = new AbortController();
  return {
    async ask({ method, path, body, type = 'application/json' }) {
      const headers = { accept: 'application/json', 'user-agent': USER_AGENT, ...(body && { 'content-type': type }) };
      const answer = await transport.send({ method, path, headers, ...(body && { body }) });
      return { status: answer.status, bytes: answer.body.length, first: answer.body };
    },
    async watch(path, onChunk) {
      const headers = { accept: 'application/json', 'user-agent': USER_AGENT };
      const chunks = await transport.stream({ method: 'GET', path, headers, signal: closing.signal });
      void (async () => {
        for await (const chunk of chunks) onChunk(chunk);
      })().catch(() => undefined);
    },
    async close() {
      closing.abort();
      await transport.close();
      await bus.stop();
    },
  };
}
