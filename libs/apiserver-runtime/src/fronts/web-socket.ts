import type { ApiResponse, ByteSink, StreamBody } from '@navarch/apimachinery';
import { TokenBucket } from '@navarch/base';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { Messages, messageFraming } from './web-socket-messages';

/** BEARER is the protocol by which a browser carries a token; it is not one to be spoken. */
const BEARER = 'base64url.bearer.authorization.k8s.io.';
const BASE64 = 'base64.binary.k8s.io';
/** LOG_PROTOCOLS are the ways to read bytes, '' where none is asked for. */
const LOG_PROTOCOLS = ['', 'binary.k8s.io', BASE64];
/** MAX_INCOMING_BYTES bounds what a client may say; nobody listens. */
const MAX_INCOMING_BYTES = 4096;
/** MESSAGES may come at once, MESSAGES_PER_SECOND in the long run, pings among them: each costs time, and a ping an answer. */
const MESSAGES = 1000;
const MESSAGES_PER_SECOND = 33;

const sockets = new WebSocketServer({
  noServer: true,
  maxPayload: MAX_INCOMING_BYTES,
  perMessageDeflate: false,
  // The request was left with the one protocol that was chosen.
  handleProtocols: protocols => [...protocols][0] ?? false,
});

/** wantsWebSocket tells whether a request asks to go on by WebSocket: a stream is then told in messages. */
export function wantsWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * streamByWebSocket answers with a stream by WebSocket: each event of a watch is a message, of a log what comes at a time. It takes the
 * socket, and refuses on it what cannot be.
 */
export function streamByWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  first: Buffer,
  response: ApiResponse & { readonly body: StreamBody },
): void {
  const contentType = response.headers['content-type'] ?? '';
  const terms = socketTerms(request.headers, contentType.startsWith('text/'));
  const give = (sink: ByteSink) => response.body.start(sink);
  if ('refusal' in terms) {
    give(nobody());
    socket.end(`HTTP/1.1 ${terms.refusal}\r\nconnection: close\r\n\r\n${terms.why ?? ''}`);
    return;
  }
  if (terms.protocol) request.headers['sec-websocket-protocol'] = terms.protocol;
  else delete request.headers['sec-websocket-protocol'];
  const abandoned = () => give(nobody());
  socket.once('close', abandoned);
  sockets.handleUpgrade(request, socket, first, webSocket => {
    socket.off('close', abandoned);
    give(new WebSocketSink(webSocket, socket, new Messages(messageFraming(contentType)), terms.protocol === BASE64));
  });
}

/** SocketTerms is the protocol to speak ('' for none), or the status line of a refusal and what it says. */
export type SocketTerms = { readonly protocol: string } | { readonly refusal: string; readonly why?: string };

/** socketTerms: who reads bytes chooses among their protocols; who watches has to say where he comes from, and may name one protocol at most. Pure. */
export function socketTerms(headers: IncomingMessage['headers'], isText: boolean): SocketTerms {
  const why = notHandshake(headers);
  if (why) return { refusal: '400 Bad Request', why };
  const asked = (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(name => name && !name.startsWith(BEARER));
  if (isText) {
    const protocol = (asked.length ? asked : ['']).find(name => LOG_PROTOCOLS.includes(name));
    return protocol === undefined ? { refusal: '403 Forbidden' } : { protocol };
  }
  if (!headers.origin || !URL.canParse(headers.origin)) return { refusal: '403 Forbidden' };
  return asked.length > 1 ? { refusal: '400 Bad Request' } : { protocol: asked[0] ?? '' };
}

/** notHandshake is what is wrong with the key and the version of a WebSocket. */
function notHandshake(headers: IncomingMessage['headers']): string | undefined {
  if (!headers['sec-websocket-key']) return 'mismatch challenge/response';
  return headers['sec-websocket-version'] === '13' ? undefined : 'missing or bad WebSocket Version';
}

/** WebSocketSink sends what is written as messages. */
class WebSocketSink implements ByteSink {
  private readonly gone = new AbortController();
  readonly closed = this.gone.signal;

  constructor(
    private readonly webSocket: WebSocket,
    private readonly socket: Duplex,
    private readonly messages: Messages,
    private readonly asBase64: boolean,
  ) {
    const allowed = new TokenBucket(MESSAGES_PER_SECOND, MESSAGES, performance.now());
    for (const event of ['message', 'ping', 'pong'])
      webSocket.on(event, () => allowed.take(performance.now()) || webSocket.terminate());
    webSocket.on('close', () => this.gone.abort());
    webSocket.on('error', () => webSocket.terminate());
  }

  get bufferedBytes(): number {
    return this.webSocket.bufferedAmount;
  }

  write(chunk: Buffer): boolean {
    if (this.closed.aborted) return true;
    for (const message of this.messages.take(chunk)) {
      if (this.asBase64) this.webSocket.send(message.toString('base64'));
      else this.webSocket.send(message, { binary: !this.messages.areText });
    }
    return !this.socket.writableNeedDrain;
  }

  onDrain(listener: () => void): void {
    this.socket.on('drain', listener);
  }

  end(): void {
    this.webSocket.close(1000);
  }
}

/** nobody is the sink of a stream that nobody is going to read. */
function nobody(): ByteSink {
  const nothing = () => undefined;
  return { write: () => true, bufferedBytes: 0, onDrain: nothing, end: nothing, closed: AbortSignal.abort() };
}
