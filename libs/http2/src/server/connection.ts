import type { Duplex } from 'node:stream';
import { Incoming } from '../incoming';
import { Outbox } from '../outbox';
import { FrameType, LARGEST, PREFACE, ProtocolViolation, Setting, errorCode, type ErrorName } from '../protocol';
import { Sender } from '../sender';
import { encodeSettings } from '../settings';
import { Requests, type RequestLimits } from './requests';
import type { ServerStream } from './stream';
import { ServerStreams } from './streams';

/** ServerLimits are what a client may ask for. */
export type ServerLimits = RequestLimits;

/** ServerEvents are what a connection tells; none of them may throw. */
export interface ServerEvents {
  /** ready: the client has begun. */
  ready?(): void;
  /** request is a new one, whose body may still be on its way. */
  request(stream: ServerStream): void;
  /** closed is called once; an error, if the connection failed or its client broke the protocol. */
  closed?(error?: Error): void;
}

/** FAREWELL_MS is how long a client may take to read why its connection ends; LAST_ANSWERS_MS, to read what it was answered last. */
const FAREWELL_MS = 1_000;
const LAST_ANSWERS_MS = 30_000;
const INTERNAL = { code: 'INTERNAL_ERROR', message: '' } as const;
const PING = Buffer.from('navarch?');
/** PART is the largest part of a header block; a block of the largest size has as many parts as it needs, and some more. */
const PART = 16 * 1024;
const SPARE_PARTS = 64;

/**
 * ServerConnection is the server's side of HTTP/2 (RFC 9113) on a socket, for clients that nobody trusts: there is no push and no priority,
 * what a client may keep us busy with or have us keep is bounded, and one that breaks the protocol is cut.
 */
export class ServerConnection {
  private readonly outbox: Outbox;
  private readonly incoming: Incoming;
  private readonly streams: ServerStreams;
  private readonly requests: Requests;
  private readonly heard: (() => void)[] = [];
  private prefaceLeft = PREFACE;
  /** leaving: nothing new is taken. `farewell` is on the way to it. */
  private leaving = false;
  private farewell: Promise<void> | undefined;
  private over = false;

  constructor(
    private readonly socket: Duplex,
    limits: ServerLimits,
    private readonly events: ServerEvents,
  ) {
    this.outbox = new Outbox(socket);
    const sender = new Sender(this.outbox);
    this.streams = new ServerStreams(this.outbox, sender, limits.streamWindow, () => this.leaving && this.end());
    this.requests = new Requests(this.outbox, this.streams, limits, {
      ready: () => events.ready?.(),
      pong: () => this.heard.shift()?.(),
      request: stream => events.request(stream),
      left: () => {
        this.leaving = true;
        if (!this.open) this.end();
      },
    });
    const bounds = { maxBytes: limits.maxHeaderBytes, maxParts: limits.maxHeaderBytes / PART + SPARE_PARTS };
    this.incoming = new Incoming(this.outbox, sender, this.requests, bounds);
    socket.on('data', (chunk: Buffer) => this.guarded(() => this.incoming.push(this.behindPreface(chunk))));
    socket.on('drain', () => this.guarded(() => sender.resume()));
    socket.on('error', error => this.closed(error));
    socket.once('end', () => this.closed());
    socket.once('close', () => this.closed());
    this.outbox.frame(FrameType.SETTINGS, 0, 0, settingsOf(limits));
    this.requests.widen();
  }

  /** open is how many requests are under way. */
  get open(): number {
    return this.streams.open;
  }

  /** isOver is whether the connection has ended. */
  get isOver(): boolean {
    return this.over;
  }

  /** ping resolves with true when the client has answered, and has so read what was sent before; with false if it does not within so many ms. */
  ping(withinMs: number): Promise<boolean> {
    if (this.over) return Promise.resolve(true);
    this.outbox.frame(FrameType.PING, 0, 0, PING);
    return new Promise(resolve => {
      // What has come while we were busy is read before time is up.
      const timer = setTimeout(() => setImmediate(() => resolve(false)), withinMs).unref();
      this.heard.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  /**
   * leave asks the client to go on elsewhere, without a request lost: first it is told, and what it asks until it has heard is served;
   * then the connection takes nothing new, and ends behind its last answer.
   */
  leave(withinMs: number): Promise<void> {
    return (this.farewell ??= this.bidFarewell(withinMs));
  }

  private async bidFarewell(withinMs: number): Promise<void> {
    if (this.over || this.leaving) return;
    this.outbox.goAway(errorCode('NO_ERROR'), '', LARGEST);
    await this.ping(withinMs);
    if (this.over || this.leaving) return;
    this.leaving = true;
    this.outbox.goAway(errorCode('NO_ERROR'), '', this.requests.refuse());
    if (!this.open) this.end();
  }

  /** cutOff ends the connection, and says why. */
  cutOff(code: ErrorName, why: string): void {
    this.fail(new ProtocolViolation(code, why));
  }

  /** behindPreface is what is left of a chunk behind what every client has to begin with. */
  private behindPreface(chunk: Buffer): Buffer {
    const { prefaceLeft: left } = this;
    if (!left.length) return chunk;
    const size = Math.min(left.length, chunk.length);
    if (!left.subarray(0, size).equals(chunk.subarray(0, size))) {
      throw new ProtocolViolation('PROTOCOL_ERROR', 'the client does not speak HTTP/2');
    }
    this.prefaceLeft = left.subarray(size);
    return chunk.subarray(size);
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
    if (this.over) return;
    // What went wrong with us is nobody else's business.
    const { code, message } = error instanceof ProtocolViolation ? error : INTERNAL;
    this.outbox.goAway(errorCode(code), message, this.requests.refuse());
    this.end(error);
  }

  /** end lets what was written out, and closes the socket. */
  private end(error?: Error): void {
    if (this.over) return;
    this.outbox.flush();
    this.socket.end();
    // A client that does not read must not keep the connection.
    const late = setTimeout(() => this.socket.destroy(), error ? FAREWELL_MS : LAST_ANSWERS_MS).unref();
    this.socket.once('close', () => clearTimeout(late));
    this.finish(error);
  }

  /** closed: the other side is gone. */
  private closed(error?: Error): void {
    this.socket.destroy();
    this.finish(error);
  }

  private finish(error?: Error): void {
    if (this.over) return;
    this.over = true;
    this.incoming.stop();
    this.streams.end();
    for (const heard of this.heard.splice(0)) heard();
    this.events.closed?.(error);
  }
}

function settingsOf({ maxStreams, streamWindow, maxHeaderBytes }: ServerLimits): Buffer {
  return encodeSettings([
    [Setting.MAX_CONCURRENT_STREAMS, maxStreams],
    [Setting.INITIAL_WINDOW_SIZE, streamWindow],
    [Setting.MAX_HEADER_LIST_SIZE, maxHeaderBytes],
  ]);
}
