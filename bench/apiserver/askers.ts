import { connectBus } from '@navarch/bus';
import { NatsTransport } from '@navarch/client';
import http2, { type ClientHttp2Session } from 'node:http2';
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

async function connectHttps(target: HttpsTarget): Promise<Asker> {
  const { ca, cert, key, url } = target;
  const session = http2.connect(url, {
    ...{ ca, cert, key },
    settings: { initialWindowSize: 8 * 1024 * 1024 },
    // A measured cluster's certificate need not name this host when no CA was given.
    rejectUnauthorized: ca !== undefined,
  });
  await new Promise<void>((resolve, reject) => {
    session.once('connect', () => resolve());
    session.once('error', reject);
  });
  session.setLocalWindowSize(64 * 1024 * 1024);
  return new HttpsAsker(session, target.token === undefined ? {} : { authorization: `Bearer ${target.token}` });
}

class HttpsAsker implements Asker {
  constructor(
    private readonly session: ClientHttp2Session,
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  ask({ method, path, body, type = 'application/json' }: Asked): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const stream = this.session.request(
        {
          ':method': method,
          ':path': path,
          accept: 'application/json',
          'user-agent': USER_AGENT,
          ...this.headers,
          ...(body && { 'content-type': type, 'content-length': String(body.length) }),
        },
        { endStream: !body },
      );
      let status = 0;
      let bytes = 0;
      let first: Buffer | undefined;
      stream.once('response', headers => (status = Number(headers[':status'])));
      stream.on('data', (chunk: Buffer) => {
        first ??= chunk;
        bytes += chunk.length;
      });
      stream.once('end', () => resolve({ status, bytes, first }));
      stream.once('error', reject);
      if (body) stream.end(body);
    });
  }

  watch(path: string, onChunk: (chunk: Buffer) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = { ':path': path, accept: 'application/json', 'user-agent': USER_AGENT, ...this.headers };
      const stream = this.session.request(headers);
      stream.once('response', answer => {
        const status = Number(answer[':status']);
        if (status === 200) resolve();
        else reject(new Error(`a watch was answered with ${status}`));
      });
      stream.on('data', onChunk);
      stream.on('error', reject);
    });
  }

  close(): Promise<void> {
    this.session.destroy();
    return Promise.resolve();
  }
}

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
