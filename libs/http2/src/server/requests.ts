import { TokenBucket } from '@navarch/base';
import { HeaderDecoder, TABLE_SIZE } from '../header-decoder';
import type { Field } from '../header-table';
import { MAX_UNREAD, violation, type Side } from '../incoming';
import type { Outbox } from '../outbox';
import { DEFAULT_WINDOW, FrameType, LARGEST, ProtocolViolation, type ErrorName } from '../protocol';
import type { Settings } from '../settings';
import { areTrailers, requestHead } from './request-head';
import type { ServerStream } from './stream';
import type { ServerStreams } from './streams';

/** IDLE_FRAMES may come at once, IDLE_FRAMES_PER_SECOND in the long run: each costs us more than its client. */
const IDLE_FRAMES = 1000;
const IDLE_FRAMES_PER_SECOND = 33;

/** RequestLimits are what a client may ask for. */
export interface RequestLimits {
  /** maxStreams is how many requests may be under way. */
  readonly maxStreams: number;
  /** streamWindow is how many bytes of a body are taken that nobody reads. */
  readonly streamWindow: number;
  /** maxHeaderBytes bounds the headers of a request. */
  readonly maxHeaderBytes: number;
}

/** RequestEvents are what the connection wants to know of. */
export interface RequestEvents {
  /** ready is called when the client's first settings are in. */
  ready(): void;
  pong(): void;
  /** request is a new one; its body may still be on its way. It must not throw. */
  request(stream: ServerStream): void;
  /** left is called when the client will make no more requests. */
  left(): void;
}

/** Requests is the server's side of what comes in: it opens streams, and bounds what clients may do with them. */
export class Requests implements Side {
  private readonly decoder: HeaderDecoder;
  private readonly restraint = new TokenBucket(IDLE_FRAMES_PER_SECOND, IDLE_FRAMES, performance.now());
  private receiveWindow = DEFAULT_WINDOW;
  /** lastId is that of the newest stream; those after `lastServed` are not looked at. */
  private lastId = 0;
  private lastServed = LARGEST;

  constructor(
    private readonly outbox: Outbox,
    private readonly streams: ServerStreams,
    private readonly limits: RequestLimits,
    private readonly events: RequestEvents,
  ) {
    this.decoder = new HeaderDecoder(TABLE_SIZE, limits.maxHeaderBytes);
  }

  /** window is what the client may send altogether: as much as its streams may. */
  get window(): number {
    return Math.min(LARGEST, this.limits.maxStreams * this.limits.streamWindow);
  }

  /** widen tells the client so. */
  widen(): void {
    if (this.window <= this.receiveWindow) return;
    this.outbox.number(FrameType.WINDOW_UPDATE, 0, this.window - this.receiveWindow);
    this.receiveWindow = this.window;
  }

  /** refuse takes no new streams, and answers which was the last: always the same, as the client may have asked elsewhere for those after it. */
  refuse(): number {
    this.lastServed = Math.min(this.lastServed, this.lastId);
    return this.lastServed;
  }

  find(id: number): ServerStream | undefined {
    const stream = this.streams.get(id);
    if (!stream && (id % 2 === 0 || id > this.lastId)) {
      throw violation(`a frame of stream ${id}, which was never opened`);
    }
    return stream;
  }

  all(): Iterable<ServerStream> {
    return this.streams.all();
  }

  data(id: number, bytes: Buffer, size: number, end: boolean): void {
    const stream = this.find(id);
    this.receiveWindow -= size;
    if (this.receiveWindow < 0)
      throw new ProtocolViolation('FLOW_CONTROL_ERROR', 'more than the window of the connection');
    // What streams keep is bounded by their own windows: others must not wait for it.
    if (this.receiveWindow < this.window / 2) this.widen();
    // It may have been on its way when the stream was closed.
    if (!stream) return;
    const wrong = stream.receive(bytes, size, end);
    if (wrong) this.refute(stream, wrong);
  }

  headers(id: number, block: Buffer, end: boolean): void {
    if (id % 2 === 0) throw violation(`a request on stream ${id}`);
    // Also those that are not served: they say what the indexes of others mean.
    const fields = this.decoder.decode(block);
    if (id <= this.lastId) return this.trailers(this.streams.get(id), fields, end);
    this.lastId = id;
    if (id > this.lastServed) return;
    if (this.outbox.unsent > MAX_UNREAD) {
      throw new ProtocolViolation('ENHANCE_YOUR_CALM', 'the client asks on without reading the answers');
    }
    const head = requestHead(fields);
    if (!head || this.streams.open >= this.limits.maxStreams) {
      this.idle();
      return this.streams.refuse(id, head ? 'REFUSED_STREAM' : 'PROTOCOL_ERROR');
    }
    const stream = this.streams.add(id, head);
    const wrong = end ? stream.finish() : undefined;
    if (wrong) this.refute(stream, wrong);
    else this.events.request(stream);
  }

  private trailers(stream: ServerStream | undefined, fields: readonly Field[], end: boolean): void {
    const fit = end && areTrailers(fields);
    if (!stream) {
      // Trailers may have been on their way when the stream was closed; a request was not.
      if (!fit) throw violation('a request on a stream that was opened before, or on one before it');
      return this.idle();
    }
    const wrong = fit ? stream.finish() : 'PROTOCOL_ERROR';
    if (wrong) this.refute(stream, wrong);
  }

  /** refute resets a stream by the client's fault. One that has us do so again and again could have more under way than it may. */
  private refute(stream: ServerStream, code: ErrorName): void {
    this.streams.reset(stream, code);
    this.idle();
  }

  reset(id: number): void {
    const stream = this.find(id);
    // One that is over costs nothing: who has the answer may well have done with the request.
    if (!stream) return;
    this.idle();
    this.streams.forget(stream);
  }

  goAway(): void {
    this.events.left();
  }

  settings(_: Settings, first: boolean): void {
    if (first) this.events.ready();
  }

  pong(): void {
    this.events.pong();
  }

  idle(): void {
    if (!this.restraint.take(performance.now())) {
      throw new ProtocolViolation('ENHANCE_YOUR_CALM', 'too many frames that ask for nothing');
    }
  }

  stalled(id: number): void {
    const stream = this.streams.get(id);
    if (stream) this.refute(stream, 'PROTOCOL_ERROR');
    else this.idle();
  }
}
