import { Backoff, describe } from '@navarch/base';
import http2, { type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import { FrameReader, frame } from './frames';

/** EtcdTls is how the process shows itself to etcd and trusts it; PEM. */
export interface EtcdTls {
  readonly ca: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** RpcError is a call that failed: etcd's answer, or that there was none. The message begins with code and name of the gRPC status. */
export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(`${code} ${names[code] ?? 'UNKNOWN'}: ${message}`);
    this.name = 'RpcError';
  }
}

const names: Readonly<Record<number, string>> = {
  3: 'INVALID_ARGUMENT',
  4: 'DEADLINE_EXCEEDED',
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  9: 'FAILED_PRECONDITION',
  11: 'OUT_OF_RANGE',
  12: 'UNIMPLEMENTED',
  14: 'UNAVAILABLE',
  16: 'UNAUTHENTICATED',
};
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;

const CONNECT_TIMEOUT_MS = 10_000;
const PING_EVERY_MS = 30_000;
const PING_TIMEOUT_MS = 10_000;
/** A page of a list has megabytes: these windows let it through without a round trip each 64 KiB. */
const STREAM_WINDOW = 4 * 1024 * 1024;
const CONNECTION_WINDOW = 32 * 1024 * 1024;
/** MAX_SESSION_MB bounds what Node buffers for the connection; a page of large objects has hundreds of megabytes. */
const MAX_SESSION_MB = 2_048;

/** RpcStream is a stream under way. */
export interface RpcStream {
  cancel(): void;
}

/**
 * EtcdChannel makes gRPC calls to one etcd member over one HTTP/2 connection, which is opened when it is first needed and again after
 * it broke. After a failed attempt the next waits, and calls in the meantime fail at once: 100 ms to 2 s.
 */
export class EtcdChannel {
  private session: ClientHttp2Session | undefined;
  private connecting: Promise<ClientHttp2Session> | undefined;
  private readonly backoff = new Backoff({ initialMs: 100, maxMs: 2_000, jitter: 0.2 });
  /** refused is the last failure to connect, which stands until `retryAt`. */
  private refused: RpcError | undefined;
  private retryAt = 0;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly tls: EtcdTls | undefined,
  ) {}

  /** unary sends one message and answers the one that comes back; it rejects with an RpcError. */
  async unary(path: string, message: Buffer, timeoutMs: number): Promise<Buffer> {
    const session = this.usable() ?? (await this.connect());
    return new Promise((resolve, reject) => {
      let answer: Buffer | undefined;
      const stream = open(session, path, {
        message: bytes => (answer = bytes),
        end: error => {
          clearTimeout(timer);
          if (error) reject(error);
          else if (answer) resolve(answer);
          else reject(new RpcError(UNAVAILABLE, 'etcd answered nothing'));
        },
      });
      const timer = setTimeout(() => {
        reject(new RpcError(DEADLINE_EXCEEDED, 'Deadline exceeded'));
        cancel(stream);
      }, timeoutMs);
      timer.unref();
      stream.end(frame(message));
    });
  }

  /** stream sends one message and hands over those that come back until the stream ends or is cancelled. `onEnd` is called once. */
  async stream(
    path: string,
    message: Buffer,
    onMessage: (message: Buffer) => void,
    onEnd: (error: RpcError | undefined) => void,
  ): Promise<RpcStream> {
    const session = this.usable() ?? (await this.connect());
    const stream = open(session, path, { message: onMessage, end: onEnd });
    stream.write(frame(message));
    return { cancel: () => cancel(stream) };
  }

  /** close ends the connection and whatever is under way on it. */
  close(): void {
    this.closed = true;
    this.session?.destroy();
  }

  private usable(): ClientHttp2Session | undefined {
    const { session } = this;
    return session && !session.closed && !session.destroyed ? session : undefined;
  }

  private connect(): Promise<ClientHttp2Session> {
    if (this.closed) return Promise.reject(new RpcError(UNAVAILABLE, 'Channel closed'));
    if (this.refused && Date.now() < this.retryAt) return Promise.reject(this.refused);
    return (this.connecting ??= this.dial().then(
      session => {
        this.connecting = undefined;
        this.refused = undefined;
        this.backoff.reset();
        this.session = session;
        if (this.closed) session.destroy();
        return session;
      },
      (error: unknown) => {
        this.connecting = undefined;
        this.refused = new RpcError(UNAVAILABLE, `No connection established: ${describe(error)}`);
        this.retryAt = Date.now() + this.backoff.next();
        throw this.refused;
      },
    ));
  }

  private dial(): Promise<ClientHttp2Session> {
    return new Promise((resolve, reject) => {
      const session = http2.connect(this.url, {
        ...this.tls,
        settings: { initialWindowSize: STREAM_WINDOW, enablePush: false },
        maxSessionMemory: MAX_SESSION_MB,
      });
      const timer = setTimeout(() => session.destroy(new Error('the connection timed out')), CONNECT_TIMEOUT_MS);
      timer.unref();
      session.once('connect', () => {
        clearTimeout(timer);
        session.setLocalWindowSize(CONNECTION_WINDOW);
        keepAlive(session);
        resolve(session);
      });
      session.on('error', error => {
        clearTimeout(timer);
        reject(error);
      });
      session.once('close', () => {
        clearTimeout(timer);
        reject(new Error('the connection was closed'));
      });
    });
  }
}

/** keepAlive finds a connection whose other end has vanished without a word. */
function keepAlive(session: ClientHttp2Session): void {
  const interval = setInterval(() => {
    if (session.closed || session.destroyed) return;
    const late = setTimeout(() => session.destroy(new Error('etcd does not answer a ping')), PING_TIMEOUT_MS);
    late.unref();
    session.ping(() => clearTimeout(late));
  }, PING_EVERY_MS);
  interval.unref();
  session.once('close', () => clearInterval(interval));
}

/** Receiver gets what comes back on a stream; `end` once, undefined for status 0. */
interface Receiver {
  message(bytes: Buffer): void;
  end(error: RpcError | undefined): void;
}

function open(session: ClientHttp2Session, path: string, receiver: Receiver): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc+proto',
    te: 'trailers',
  });
  let status: RpcError | 'ok' | undefined;
  let over = false;
  const end = (error: RpcError | undefined) => {
    if (over) return;
    over = true;
    receiver.end(error);
  };
  const reader = new FrameReader(bytes => receiver.message(bytes));
  stream.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk);
    } catch (error) {
      end(new RpcError(UNAVAILABLE, describe(error)));
      cancel(stream);
    }
  });
  // An answer without a body has its status in the head.
  stream.once('response', headers => (status ??= statusOf(headers)));
  stream.once('trailers', trailers => (status ??= statusOf(trailers)));
  stream.on('error', error => end(new RpcError(UNAVAILABLE, `Connection dropped: ${error.message}`)));
  stream.once('close', () => {
    if (status === 'ok') end(undefined);
    else end(status ?? new RpcError(UNAVAILABLE, 'Connection dropped'));
  });
  return stream;
}

/** statusOf reads gRPC's status; undefined if these headers have none. */
function statusOf(headers: IncomingHttpHeaders & { readonly ':status'?: number }): RpcError | 'ok' | undefined {
  const code = headers['grpc-status'];
  if (code === '0') return 'ok';
  if (code !== undefined) return new RpcError(Number(code), decodeMessage(String(headers['grpc-message'] ?? '')));
  const http = headers[':status'];
  return http === undefined || http === 200 ? undefined : new RpcError(UNAVAILABLE, `the answer is HTTP ${http}`);
}

/** decodeMessage undoes the percent-encoding of grpc-message. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function cancel(stream: ClientHttp2Stream): void {
  if (!stream.closed) stream.close(http2.constants.NGHTTP2_CANCEL);
}
