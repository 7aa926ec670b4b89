import { readFileSync } from 'node:fs';
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import { Backoff, systemClock, type Clock, type Logger } from '@navarch/base';
import type { Transport, TransportRequest, TransportResponse } from './interfaces';
import { MAX_ANSWER, TransportError, failureOf, gather } from './transport-error';

/** Pem is a certificate or key: the text itself, or the file that holds it, read again for each connection. */
export type Pem = { readonly pem: string } | { readonly file: string };

export interface HttpsOptions {
  /** server is the base URL: `https://10.77.0.254:6443`. */
  readonly server: string;
  readonly ca?: Pem;
  readonly cert?: Pem;
  readonly key?: Pem;
  /** token is a bearer token, or the file that holds it; files are read again at most every ten seconds. */
  readonly token?: string | { readonly file: string };
  readonly serverName?: string;
  /** insecureSkipTlsVerify trusts any server. Only ever by the user's explicit wish. */
  readonly insecureSkipTlsVerify?: boolean;
  readonly clock?: Clock;
  readonly log?: Logger;
}

const WINDOW = 16 * 1024 * 1024;
const PING_MS = 15_000;
/** MAX_ATTEMPTS bounds how many connections a request that no server has looked at is tried on. */
const MAX_ATTEMPTS = 3;

/**
 * HttpsTransport asks the API over HTTP/2. It keeps one session, a further one only while the server's limit of streams is
 * reached; a session that does not answer a ping is given up. Failed connects are retried no faster than a growing backoff.
 */
export class HttpsTransport implements Transport {
  private readonly base: URL;
  private readonly clock: Clock;
  /** sessions are the open ones, oldest first. Bounded by streams under way divided by the server's stream limit. */
  private readonly sessions = new Set<Session>();
  private readonly backoff = new Backoff({ initialMs: 100, maxMs: 10_000, jitter: 0.5 });
  private notBefore = 0;
  private tokenRead: { at: number; value: string } | undefined;
  private closed = false;

  constructor(private readonly options: HttpsOptions) {
    this.base = new URL(options.server);
    if (this.base.protocol !== 'https:') throw new Error(`${options.server}: only https is spoken`);
    this.clock = options.clock ?? systemClock;
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    const { status, headers, body } = await this.call(request);
    const whole = await gather(body, MAX_ANSWER);
    request.signal?.throwIfAborted();
    if (status >= 400) throw failureOf(status, whole, headers);
    return { status, headers, body: whole };
  }

  async stream(request: TransportRequest): Promise<AsyncIterable<Buffer>> {
    const { status, headers, body } = await this.call(request);
    if (status >= 400) throw failureOf(status, await gather(body, MAX_ANSWER), headers);
    return body;
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.sessions].map(session => session.close()));
  }

  private async call(
    request: TransportRequest,
  ): Promise<{ status: number; headers: Record<string, string>; body: AsyncIterable<Buffer> }> {
    for (let attempt = 1; ; attempt++) {
      request.signal?.throwIfAborted();
      const session = await this.session(request.signal);
      const token = this.token();
      try {
        return await session.request(request, {
          ...(token && { authorization: `Bearer ${token}` }),
          [constants.HTTP2_HEADER_PATH]: `${this.base.pathname.replace(/\/$/, '')}${request.path}`,
          [constants.HTTP2_HEADER_AUTHORITY]: this.base.host,
        });
      } catch (error) {
        if (!(error instanceof NotTaken)) throw error;
        if (attempt === MAX_ATTEMPTS)
          throw new TransportError('unavailable', 'the server takes no requests', { cause: error });
      }
    }
  }

  /** session answers one that has room, connecting if there is none. */
  private async session(signal?: AbortSignal): Promise<Session> {
    if (this.closed) throw new TransportError('closed', 'the transport is closed');
    for (const session of this.sessions) if (session.hasRoom) return session;
    const wait = this.notBefore - this.clock.now();
    if (wait > 0) {
      await this.clock.sleep(wait, signal);
      return this.session(signal);
    }
    const session = new Session(this.base, this.tls(), this.clock, () => this.sessions.delete(session));
    this.sessions.add(session);
    session.ready.then(
      () => {
        this.backoff.reset();
        this.notBefore = 0;
      },
      (error: unknown) => {
        this.notBefore = this.clock.now() + this.backoff.next();
        this.options.log?.v(2, 'connecting to the API failed', { server: this.base.host, err: String(error) });
      },
    );
    return session;
  }

  private tls() {
    const { ca, cert, key, serverName, insecureSkipTlsVerify } = this.options;
    return {
      ca: readPem(ca),
      cert: readPem(cert),
      key: readPem(key),
      ...(serverName && { servername: serverName }),
      rejectUnauthorized: !insecureSkipTlsVerify,
    };
  }

  private token(): string | undefined {
    const { token } = this.options;
    if (token === undefined || typeof token === 'string') return token;
    const now = this.clock.now();
    if (!this.tokenRead || now - this.tokenRead.at > 10_000) {
      this.tokenRead = { at: now, value: readFileSync(token.file, 'utf8').trim() };
    }
    return this.tokenRead.value;
  }
}

function readPem(pem: Pem | undefined): string | undefined {
  if (!pem) return undefined;
  return 'pem' in pem ? pem.pem : readFileSync(pem.file, 'utf8');
}

/** NotTaken: the server was leaving and has not looked at the request, so that another connection may carry it. */
class NotTaken extends Error {}

/** Session is one HTTP/2 connection. */
class Session {
  readonly ready: Promise<void>;
  private readonly session: ClientHttp2Session;
  private open = 0;
  private usable = true;
  private ping: Disposable | undefined;

  constructor(
    base: URL,
    tls: object,
    private readonly clock: Clock,
    private readonly onGone: () => void,
  ) {
    this.session = connect(base.origin, { ...tls, settings: { initialWindowSize: WINDOW, enablePush: false } });
    this.ready = new Promise((resolve, reject) => {
      this.session.once('connect', () => {
        this.session.setLocalWindowSize(4 * WINDOW);
        this.schedulePing();
        resolve();
      });
      this.session.once('error', reject);
      this.session.once('close', () => reject(new Error('the connection was closed')));
    });
    this.ready.catch(() => undefined);
    this.session.on('error', () => this.gone());
    this.session.on('goaway', () => this.retire());
    this.session.on('close', () => this.gone());
  }

  get hasRoom(): boolean {
    return this.usable && this.open < Math.min(this.session.remoteSettings?.maxConcurrentStreams ?? 100, 1000);
  }

  async request(request: TransportRequest, headers: Record<string, string>) {
    this.open++;
    try {
      await this.ready;
    } catch (error) {
      this.open--;
      throw new TransportError('unavailable', 'no connection to the API server', { cause: error });
    }
    if (!this.usable || this.session.closed) {
      this.open--;
      this.retire();
      throw new NotTaken();
    }
    const stream = this.session.request(
      { ':method': request.method, accept: 'application/json', ...request.headers, ...headers },
      { endStream: !request.body, signal: request.signal },
    );
    stream.once('close', () => {
      this.open--;
      if (!this.usable && !this.open && !this.session.destroyed) this.session.close();
    });
    if (request.body) stream.end(request.body);
    const head = await this.head(stream, request);
    return { status: Number(head[':status']), headers: plain(head), body: bodyOf(stream, request.signal) };
  }

  close(): Promise<void> {
    return new Promise(resolve => {
      if (this.session.destroyed) return resolve();
      this.session.once('close', () => resolve());
      this.session.destroy();
    });
  }

  private head(
    stream: ClientHttp2Stream,
    { timeoutMs = 30_000, signal }: TransportRequest,
  ): Promise<IncomingHttpHeaders> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.after(timeoutMs, () => {
        reject(new TransportError('timeout', `no answer within ${timeoutMs} ms`));
        stream.close(constants.NGHTTP2_CANCEL);
      });
      stream.once('response', head => {
        timer[Symbol.dispose]();
        resolve(head);
      });
      const failed = (message: string, cause?: unknown) => {
        timer[Symbol.dispose]();
        if (signal?.aborted) reject(signal.reason as Error);
        else if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) reject(this.refused());
        else reject(new TransportError('broken', message, { cause }));
      };
      // Stays on for the stream's life: an error without a listener would end the process.
      stream.on('error', error => failed('the connection broke', error));
      stream.once('close', () => failed('the connection was closed before the answer'));
    });
  }

  private schedulePing(): void {
    this.ping = this.clock.after(PING_MS, () => {
      if (this.session.destroyed) return;
      this.ping = this.clock.after(PING_MS, () => this.session.destroy(new Error('the server does not answer pings')));
      this.session.ping(() => {
        this.ping?.[Symbol.dispose]();
        if (!this.session.destroyed) this.schedulePing();
      });
    });
  }

  private refused(): NotTaken {
    this.retire();
    return new NotTaken();
  }

  /** retire takes no new streams; those under way end by themselves. */
  private retire(): void {
    this.usable = false;
    this.onGone();
  }

  private gone(): void {
    this.retire();
    this.ping?.[Symbol.dispose]();
  }
}

function plain(head: IncomingHttpHeaders): Record<string, string> {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(head)) {
    if (!name.startsWith(':') && value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

async function* bodyOf(stream: ClientHttp2Stream, signal?: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield chunk as Buffer;
    if (stream.rstCode && !signal?.aborted) throw new TransportError('broken', 'the server reset the stream');
  } catch (error) {
    if (signal?.aborted) return;
    throw error instanceof TransportError ? error : new TransportError('broken', 'the stream broke', { cause: error });
  } finally {
    // A stream that was read to its end closes by itself: a server counts resets, and ends the connection of who sends many.
    if (!stream.closed && !stream.readableEnded) stream.close(constants.NGHTTP2_CANCEL);
  }
}
