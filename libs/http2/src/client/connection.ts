import type { Socket } from 'node:net';
import { Incoming } from '../incoming';
import { Outbox } from '../outbox';
import { DEFAULT_WINDOW, FrameType, PREFACE, ProtocolViolation, Setting, errorCode } from '../protocol';
import { Sender } from '../sender';
import { encodeSettings } from '../settings';
import { Answers } from './answers';
import { KeepAlive } from './keep-alive';
import { CONNECTION_WINDOW, Http2Stream, STREAM_WINDOW, type StreamHandler } from './stream';
import { Streams } from './streams';

const SETTINGS = encodeSettings([
  [Setting.ENABLE_PUSH, 0],
  [Setting.INITIAL_WINDOW_SIZE, STREAM_WINDOW],
]);
const PING = Buffer.from('navarch!');

/**
 * Http2Connection is the client's side of HTTP/2 (RFC 9113) to a peer that is trusted, over a socket that is connected. It has what gRPC
 * needs: a request is one header block and one body; there is no push and no priority. A peer that breaks the protocol ends it.
 */
export class Http2Connection {
  private readonly outbox: Outbox;
  private readonly streams: Streams;
  private readonly keepAlive: KeepAlive;
  private ready = false;
  private over = false;

  /** `onReady` is called when the peer has shown that it speaks HTTP/2, `onEnd` when the connection has ended, once each at most. */
  constructor(
    private readonly socket: Socket,
    onReady: () => void,
    private readonly onEnd: (error: Error) => void,
  ) {
    this.outbox = new Outbox(socket);
    const sender = new Sender(this.outbox);
    this.streams = new Streams(this.outbox, sender, () => this.end(new Error('the server went away')));
    this.keepAlive = new KeepAlive(
      () => this.outbox.frame(FrameType.PING, 0, 0, PING),
      () => this.end(new Error('the server does not answer a ping')),
    );
    const answers = new Answers(this.outbox, this.streams, {
      ready: () => {
        this.ready = true;
        onReady();
      },
      pong: () => this.keepAlive.answered(),
    });
    const incoming = new Incoming(this.outbox, sender, answers);
    socket.on('data', chunk => this.guarded(() => incoming.push(chunk)));
    socket.on('drain', () => this.guarded(() => sender.resume()));
    socket.on('error', error => this.end(error));
    socket.once('end', () => this.end(new Error('the server closed the connection')));
    socket.once('close', () => this.end(new Error('the connection was closed')));
    this.outbox.bytes(PREFACE);
    this.outbox.frame(FrameType.SETTINGS, 0, 0, SETTINGS);
    this.outbox.number(FrameType.WINDOW_UPDATE, 0, CONNECTION_WINDOW - DEFAULT_WINDOW);
  }

  /** accepting is whether new streams are taken. */
  get accepting(): boolean {
    return this.streams.accepting;
  }

  /**
   * request opens a stream with the header block (see encodeHeaders) and sends the body, which must not be changed any more; `last`
   * closes the stream from this side. It throws NeverSent if the connection takes no new streams.
   */
  request(block: Buffer, body: Buffer, last: boolean, handler: StreamHandler): Http2Stream {
    const stream = new Http2Stream(block, body, last, handler);
    this.streams.add(stream);
    return stream;
  }

  /** cancel gives up a stream: its handler hears nothing more of it. */
  cancel(stream: Http2Stream): void {
    this.streams.cancel(stream);
  }

  private guarded(work: () => void): void {
    if (this.over) return;
    try {
      work();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private fail(error: Error): void {
    const code = errorCode(error instanceof ProtocolViolation ? error.code : 'INTERNAL_ERROR');
    this.outbox.goAway(code, error.message);
    this.outbox.flush();
    this.end(this.ready ? error : new Error('the server does not speak HTTP/2', { cause: error }));
  }

  private end(error: Error): void {
    if (this.over) return;
    this.over = true;
    this.keepAlive.stop();
    this.socket.destroy();
    this.onEnd(error);
    this.streams.end(error);
  }
}
