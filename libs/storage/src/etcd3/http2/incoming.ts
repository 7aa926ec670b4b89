import type { BodySender } from './body-sender';
import { FrameReader, unpadded } from './frame-reader';
import { HeaderBlock } from './header-block';
import { HeaderDecoder } from './header-decoder';
import type { Outbox } from './outbox';
import { Flag, FrameType, NeverSent, ProtocolViolation, errorName } from './protocol';
import { decodeSettings } from './settings';
import { CONNECTION_WINDOW, STREAM_WINDOW } from './stream';
import type { Streams } from './streams';

/** MAX_UNREAD is how much a peer may leave unread of our answers before it asks again. */
const MAX_UNREAD = 16 * 1024 * 1024;
/** WHY_LENGTH is how much is told of a peer's reason to go away. */
const WHY_LENGTH = 200;

/** IncomingEvents are what the connection wants to know of. */
export interface IncomingEvents {
  /** ready is called when the peer's first settings are in. */
  ready(): void;
  /** pong is called for the answer to a ping. */
  pong(): void;
}

/** Incoming does what the peer's frames say. */
export class Incoming {
  private readonly reader = new FrameReader((type, flags, id, payload) => this.frame(type, flags, id, payload));
  private readonly block = new HeaderBlock();
  private readonly decoder = new HeaderDecoder();
  private receiveWindow = CONNECTION_WINDOW;
  private greeted = false;

  constructor(
    private readonly outbox: Outbox,
    private readonly bodies: BodySender,
    private readonly streams: Streams,
    private readonly events: IncomingEvents,
  ) {}

  /** push takes the next chunk of the connection; it throws a ProtocolViolation. */
  push(chunk: Buffer): void {
    this.reader.push(chunk);
  }

  private frame(type: number, flags: number, id: number, payload: Buffer): void {
    if (!this.greeted && (type !== FrameType.SETTINGS || flags & Flag.ACK)) throw violation('no settings come first');
    if (this.block.id && type !== FrameType.CONTINUATION) throw violation('headers are interrupted');
    switch (type) {
      case FrameType.DATA:
        return this.data(flags, id, payload);
      case FrameType.HEADERS:
        return this.headers(id, this.block.begin(id, flags, payload));
      case FrameType.CONTINUATION:
        return this.headers(id, this.block.proceed(id, flags, payload));
      case FrameType.RST_STREAM:
        return this.reset(id, number(payload));
      case FrameType.SETTINGS:
        return this.settings(flags, id, payload);
      case FrameType.PUSH_PROMISE:
        throw violation('a push, which was not allowed');
      case FrameType.PING:
        return this.ping(flags, id, payload);
      case FrameType.GOAWAY:
        return this.goAway(id, payload);
      case FrameType.WINDOW_UPDATE:
        return this.windowUpdate(id, number(payload));
      // PRIORITY means nothing to a client, and unknown frames are to be passed over.
    }
  }

  private data(flags: number, id: number, payload: Buffer): void {
    const stream = this.streams.find(id);
    this.receiveWindow = this.received(0, this.receiveWindow, CONNECTION_WINDOW, payload.length);
    if (!stream) return;
    if (!stream.answered) throw violation('data before headers');
    stream.handler.data(flags & Flag.PADDED ? unpadded(payload) : payload);
    if (flags & Flag.END_STREAM) this.streams.finish(stream);
    else stream.receiveWindow = this.received(id, stream.receiveWindow, STREAM_WINDOW, payload.length);
  }

  /** received is what is left of a window after so many bytes; the peer is given more when half is used. */
  private received(id: number, window: number, size: number, bytes: number): number {
    const left = window - bytes;
    if (left > size / 2) return left;
    this.outbox.number(FrameType.WINDOW_UPDATE, id, size - left);
    return size;
  }

  private headers(id: number, block: Buffer | undefined): void {
    const stream = this.streams.find(id);
    if (!block) return;
    // Also those of a stream that is over: they say what the indexes of others mean.
    const fields = this.decoder.decode(block);
    if (!stream) return;
    const { endStream } = this.block;
    const status = fields[0];
    if (!endStream && !stream.answered && status?.name === ':status' && status.value.startsWith('1')) return;
    if (!endStream && stream.answered) throw violation('trailers that do not end their stream');
    stream.answered = true;
    stream.handler.headers(fields);
    if (endStream) this.streams.finish(stream);
  }

  private reset(id: number, code: number): void {
    const stream = this.streams.find(id);
    if (!stream) return;
    const name = errorName(code);
    const Reason = name === 'REFUSED_STREAM' ? NeverSent : Error;
    this.streams.finish(stream, new Reason(`the server reset the stream: ${name}`));
  }

  private settings(flags: number, id: number, payload: Buffer): void {
    if (id) throw violation('settings of a stream');
    if (flags & Flag.ACK) {
      if (payload.length) throw new ProtocolViolation('FRAME_SIZE_ERROR', 'an acknowledgement with settings');
      return;
    }
    const settings = decodeSettings(payload);
    this.acknowledge(FrameType.SETTINGS);
    this.bodies.apply(settings, this.streams.all());
    if (settings.maxConcurrentStreams !== undefined) this.streams.allow(settings.maxConcurrentStreams);
    if (this.greeted) return;
    this.greeted = true;
    this.events.ready();
  }

  private ping(flags: number, id: number, payload: Buffer): void {
    if (id) throw violation('a ping of a stream');
    if (payload.length !== 8) throw new ProtocolViolation('FRAME_SIZE_ERROR', 'a ping of a wrong length');
    if (flags & Flag.ACK) this.events.pong();
    else this.acknowledge(FrameType.PING, payload);
  }

  private acknowledge(type: number, payload?: Buffer): void {
    if (this.outbox.unsent > MAX_UNREAD) {
      throw new ProtocolViolation('ENHANCE_YOUR_CALM', 'the server asks on without reading the answers');
    }
    this.outbox.frame(type, Flag.ACK, 0, payload);
  }

  private goAway(id: number, payload: Buffer): void {
    if (id) throw violation('a farewell of a stream');
    if (payload.length < 8) throw new ProtocolViolation('FRAME_SIZE_ERROR', 'a farewell of a wrong length');
    const lastId = payload.readUInt32BE(0) & 0x7fffffff;
    const why = payload.toString('latin1', 8, 8 + WHY_LENGTH);
    this.streams.leave(lastId, `the server goes away: ${errorName(payload.readUInt32BE(4))} ${why}`.trimEnd());
  }

  private windowUpdate(id: number, word: number): void {
    const increment = word & 0x7fffffff;
    if (!increment) throw violation('a window that does not grow');
    const stream = id ? this.streams.find(id) : undefined;
    if (!id || stream) this.bodies.grow(stream, increment);
  }
}

/** number is the payload of a frame that has one number. */
function number(payload: Buffer): number {
  if (payload.length !== 4) throw new ProtocolViolation('FRAME_SIZE_ERROR', 'a number of a wrong length');
  return payload.readUInt32BE(0);
}

function violation(message: string): ProtocolViolation {
  return new ProtocolViolation('PROTOCOL_ERROR', message);
}
