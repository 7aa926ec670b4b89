import { isStream, type ApiRequest, type ApiResponse, type UserInfo } from '@navarch/apimachinery';
import type { Stoppable } from '@navarch/base';
import type { ServerConnection, ServerStream } from '@navarch/http2';
import { ServerResponse, type IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext, TLSSocket } from 'node:tls';
import { fieldsOf, lengthOf } from './answer-head';
import { Http1Answering, Http2Answering, type Answering } from './answering';
import { ArrivingRequest, type Arrival } from './arriving-request';
import { userOfCertificate } from './client-certificate';
import { compressed, isCompressible } from './compression';
import { Connections } from './connections';
import { Http1Content, Http2Content } from './content';
import { Departure } from './departure';
import { headersOf, headersOfFields } from './headers';
import { settingsOf, type HttpsFrontOptions, type Settings } from './https-front-options';
import { TEXT, announcesBody, endUnreadable, refusedHead, targetOf } from './http1';
import { OutgoingSink, boundEnd } from './outgoing-sink';
import { Unread } from './unread';
import { streamByWebSocket, wantsWebSocket } from './web-socket';

/** Listening is a started front. */
export interface Listening extends Stoppable {
  readonly port: number;
  /** update takes new keys for connections from now on. */
  update(keys: { readonly cert: string; readonly key: string; readonly clientCa?: string }): void;
  /** discourage ends each HTTP/1.1 connection with its next answer: its client comes back by a new one, and may find another server. */
  discourage(): void;
  /** retire takes no new connections, and sends the clients of the present ones away; requests under way go on. It resolves when all have heard. */
  retire(): Promise<void>;
}

/** MAX_UNTIMED is the length of an answer that nobody waits for: what a connection's streams keep of such is bounded by their number. */
const MAX_UNTIMED = 16 * 1024;
/** GRACE_MS bounds how long stop waits for answers that are on their way out. */
const GRACE_MS = 5_000;
/** STREAM_WINDOW is what a client may send of a body that nobody reads yet: most bodies fit in, and a connection's streams together stay bounded. */
const STREAM_WINDOW = 256 * 1024;
const MAX_HEADER_BYTES = 1024 * 1024;

/** listenHttps serves the API over HTTP/2 and HTTP/1.1 with TLS. Resolves when it listens. */
export async function listenHttps(options: HttpsFrontOptions): Promise<Listening> {
  const front = new HttpsFront(settingsOf(options));
  await front.listen();
  return front;
}

/** byName chooses a certificate as Node wants it chosen. */
function byName(contextFor: NonNullable<Settings['contextFor']>) {
  return (name: string, choose: (error: null, context?: SecureContext) => void): void => choose(null, contextFor(name));
}

class HttpsFront implements Listening {
  private readonly server: Server;
  private readonly connections: Connections;
  private readonly unread: Unread;
  private discouraging = false;
  private closed: Promise<void> | undefined;

  constructor(private readonly options: Settings) {
    const { cert, key, clientCa, contextFor, headerTimeoutMs, idleTimeoutMs, pingTimeoutMs } = options;
    this.unread = new Unread(options.maxUnreadBytes);
    this.connections = new Connections({ beginMs: headerTimeoutMs, pingMs: pingTimeoutMs, idleMs: idleTimeoutMs });
    this.server = createServer({
      ...{ cert, key },
      ...(clientCa && { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
      ALPNProtocols: ['h2', 'http/1.1'],
      ...options.tls,
      ...(contextFor && { SNICallback: byName(contextFor) }),
      handshakeTimeout: headerTimeoutMs,
      headersTimeout: headerTimeoutMs,
      requestTimeout: 0,
      keepAliveTimeout: idleTimeoutMs,
      // Node bounds heads at 16 KiB unless told otherwise, which a long selector exceeds.
      maxHeaderSize: MAX_HEADER_BYTES,
      // A request without a host is refused in our words.
      requireHostHeader: false,
    });
    // What Node's server does with a connection is for those of HTTP/1.1.
    const [speakHttp1] = this.server.listeners('secureConnection');
    this.server.removeAllListeners('secureConnection');
    this.server.on('secureConnection', (socket: TLSSocket) => {
      this.connections.add(socket);
      if (socket.alpnProtocol === 'h2') this.speakHttp2(socket);
      else speakHttp1!.call(this.server, socket);
    });
    this.server.on('tlsClientError', () => options.onFailedHandshake?.());
    // Who waits with a body is told to send it when somebody wants to read it.
    for (const event of ['request', 'checkContinue']) {
      this.server.on(event, (request: IncomingMessage, response: ServerResponse) => {
        this.serveHttp1(request, response);
      });
    }
    this.server.on('clientError', endUnreadable);
    this.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.onUpgrade(request, socket, head),
    );
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  listen(): Promise<void> {
    const { port, host } = this.options;
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ port, host }, () => {
        this.server.off('error', reject);
        this.server.on('error', error => this.options.log.error('the server failed', error));
        resolve();
      });
    });
  }

  update({ cert, key, clientCa }: { readonly cert: string; readonly key: string; readonly clientCa?: string }): void {
    this.server.setSecureContext({ cert, key, ...this.options.tls, ...(clientCa && { ca: clientCa }) });
  }

  discourage(): void {
    this.discouraging = true;
  }

  async retire(): Promise<void> {
    this.discourage();
    this.closed ??= new Promise(resolve => this.server.close(() => resolve()));
    await this.connections.sendAllAway();
  }

  /** stop retires, waits a moment for answers on their way out, and cuts what is left. */
  async stop(): Promise<void> {
    await this.retire();
    await this.connections.ended(GRACE_MS);
    this.connections.cut();
    await this.closed;
  }

  /** broken is an answer that could not be written; the others must not suffer. */
  private broken(error: unknown, isGone: boolean): void {
    if (!isGone) this.options.log.error('an answer could not be written', error);
  }

  private serveHttp1(request: IncomingMessage, response: ServerResponse, upgrading?: Upgrading): void {
    this.onRequest(request, response, upgrading).catch((error: unknown) => {
      this.broken(error, response.destroyed);
      response.destroy();
    });
  }

  private speakHttp2(socket: TLSSocket): void {
    // HTTP/2 forbids it (RFC 9113, section 9.2.1), and it costs more than it brings.
    socket.disableRenegotiation();
    const { maxStreams, log } = this.options;
    const limits = { maxStreams, streamWindow: STREAM_WINDOW, maxHeaderBytes: MAX_HEADER_BYTES };
    const session = this.connections.speakHttp2(socket, limits, {
      request: stream => {
        this.onStream(stream, session, socket).catch((error: unknown) => {
          this.broken(error, stream.closed);
          stream.reset('INTERNAL_ERROR');
        });
      },
      failed: error => log.v(4, 'a connection failed', { err: error.message }),
    });
  }

  private async onStream(stream: ServerStream, session: ServerConnection, socket: TLSSocket): Promise<void> {
    const gone = new Departure();
    stream.gone(() => gone.abort());
    const { goawayChance, dismissesStrangers } = this.options;
    if (goawayChance && Math.random() < goawayChance) void this.connections.sendAway(session);
    const { method, path, fields } = stream.request;
    const named = headersOfFields(fields);
    const request = this.arriving({
      method,
      url: path,
      headers: named,
      content: new Http2Content(stream),
      hasBody: !stream.bodyEnded,
      invite: () => stream.continue(),
      user: this.userOf(socket, named),
      remoteAddress: socket.remoteAddress,
      gone,
    });
    let response = await this.options.handler(request);
    if (dismissesStrangers && isStranger(request, response)) void this.connections.sendAway(session);
    if (isCompressible(request, response)) response = await compressed(response);
    if (stream.closed) return abandon(response, gone);
    const isHead = method === 'HEAD';
    stream.respond(fieldsOf(response), isHead);
    if (isHead) return abandon(response, gone);
    this.write(response, new Http2Answering(stream), gone, session);
  }

  /** onRequest serves a request of HTTP/1.1. `upgrading` is the connection of one that asks for another protocol. */
  private async onRequest(request: IncomingMessage, response: ServerResponse, upgrading?: Upgrading): Promise<void> {
    const gone = new Departure();
    response.once('close', () => gone.abort());
    response.on('error', () => gone.abort());
    const refused = refusedHead(request);
    if (refused) {
      const { status, text } = refused;
      const length = Buffer.byteLength(text);
      response.writeHead(status, { 'content-type': TEXT, 'content-length': length, connection: 'close' });
      response.end(text);
      return;
    }
    const named = headersOf(request.headers, request.rawHeaders);
    const wanted = this.arriving({
      method: request.method ?? 'GET',
      url: targetOf(request.url ?? '/'),
      headers: named,
      content: new Http1Content(request),
      hasBody: announcesBody(request),
      invite: () => response.writeContinue(),
      user: this.userOf(request.socket as TLSSocket, named),
      remoteAddress: request.socket.remoteAddress,
      gone,
    });
    let answer = await this.options.handler(wanted);
    if (isCompressible(wanted, answer)) answer = await compressed(answer);
    if (response.destroyed) return abandon(answer, gone);
    if (upgrading && isStream(answer.body) && answer.status === 200 && wantsWebSocket(request)) {
      const { socket, first } = upgrading;
      response.detachSocket(request.socket);
      socket.once('close', () => gone.abort());
      streamByWebSocket(request, socket, first, { ...answer, body: answer.body });
      return;
    }
    // What was not read of a body would be taken for the next request.
    if (!request.complete || this.discouraging) response.shouldKeepAlive = false;
    response.writeHead(answer.status, { ...answer.headers, ...lengthOf(answer) });
    if (request.method === 'HEAD') {
      response.end();
      return abandon(answer, gone);
    }
    if (isStream(answer.body)) response.flushHeaders();
    this.write(answer, new Http1Answering(response), gone);
  }

  private onUpgrade(request: IncomingMessage, socket: Duplex, first: Buffer): void {
    socket.on('error', () => socket.destroy());
    this.connections.hijack(request.socket);
    const user = this.userOf(request.socket as TLSSocket, headersOf(request.headers, request.rawHeaders));
    if (this.options.upgrade?.(request, socket, first, user)) return;
    // Node has left the connection to us: what comes behind this request is not read.
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(request.socket);
    response.once('finish', () => socket.end());
    this.serveHttp1(request, response, { socket, first });
  }

  private arriving(arrival: Arrival): ApiRequest {
    return new ArrivingRequest(arrival, this.options.bodyTimeoutMs);
  }

  /** write sends an answer's body, whose head is out. */
  private write({ body }: ApiResponse, out: Answering, gone: Departure, session?: ServerConnection): void {
    if (isStream(body)) return body.start(new OutgoingSink(out, gone.signal, this.options.answerTimeoutMs));
    if (Buffer.isBuffer(body)) out.end(body);
    else {
      const last = body.length - 1;
      for (let i = 0; i < last; i++) out.write(body[i]!);
      out.end(body[last]);
    }
    const unsent = out.unsentBytes;
    if (unsent <= MAX_UNTIMED) return;
    boundEnd(out, this.options.answerTimeoutMs);
    if (session)
      out.onGone(this.unread.add(session, unsent, () => session.cutOff('ENHANCE_YOUR_CALM', 'too much is unread')));
  }

  private userOf(socket: TLSSocket, headers: ApiRequest['headers']): UserInfo | undefined {
    const { clientCa, identify = userOfCertificate } = this.options;
    return clientCa ? identify(socket, headers) : undefined;
  }
}

/** Upgrading is a connection whose client asks for another protocol, and what it has said already. */
interface Upgrading {
  readonly socket: Duplex;
  readonly first: Buffer;
}

/** isStranger tells that nobody knows who asked. */
function isStranger({ user, headers }: ApiRequest, { status }: ApiResponse): boolean {
  return status === UNAUTHORIZED || (!user && headers['authorization'] === undefined);
}

const UNAUTHORIZED = 401;

/** abandon lets a body know that nobody is going to read it. */
function abandon({ body }: ApiResponse, gone: Departure): void {
  gone.abort();
  if (isStream(body))
    body.start({
      write: () => true,
      bufferedBytes: 0,
      onDrain: () => undefined,
      end: () => undefined,
      closed: gone.signal,
    });
}
