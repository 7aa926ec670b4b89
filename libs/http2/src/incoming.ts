import { FrameReader, unpadded } from './frame-reader';
import { HeaderBlock, type HeaderBounds } from './header-block';
import type { Outbox } from './outbox';
import { Flag, FrameType, ProtocolViolation } from './protocol';
import type { Sender } from './sender';
import type { SendingStream } from './sending-stream';
import { decodeSettings, type Settings } from './settings';

/** MAX_UNREAD is how much a peer may leave unread of our answers before it asks again; bodies wait from far less on. */
export const MAX_UNREAD = 16 * 1024 * 1024;
/** WHY_LENGTH is how much is told of a peer's reason to go away. */
const WHY_LENGTH = 200;

/** Side is what one side of a connection does with frames whose meaning depends on which side it is. All of it may throw a ProtocolViolation. */
export interface Side {
  /** find is the open stream of that id; undefined if it is over. It throws if there never was one. */
  find(id: number): SendingStream | undefined;
  /** all are the open streams. */
  all(): Iterable<SendingStream>;
  /** data gets bytes of a body, and how much of the windows they take; the bytes stay valid. */
  data(id: number, bytes: Buffer, size: number, end: boolean): void;
  /** headers gets a whole header block. */
  headers(id: number, block: Buffer, end: boolean): void;
  reset(id: number, code: number): void;
  /** goAway: the peer takes no streams after `lastId`. */
  goAway(lastId: number, code: number, why: string): void;
  /** settings gets what matters to this side, when it has been acknowledged; `first` are those that begin a connection. */
  settings(settings: Settings, first: boolean): void;
  /** pong is called for the answer to a ping. */
  pong(): void;
  /** idle is called for each frame that asks for nothing, or for an answer and nothing else. */
  idle?(): void;
  /** stalled: a window of a stream that does not grow. The connection ends unless this side bears it. */
  stalled?(id: number): void;
}

/** Incoming reads the peer's frames, sees to what both sides do alike, and leaves the rest to a side. */
export class Incoming {
  private readonly reader = new FrameReader((type, flags, id, payload) => this.frame(type, flags, id, payload));
  private readonly block: HeaderBlock;
  private greeted = false;
  private stopped = false;

  constructor(
    private readonly outbox: Outbox,
    private readonly sender: Sender,
    private readonly side: Side,
    bounds?: HeaderBounds,
  ) {
    this.block = new HeaderBlock(bounds);
  }

  /** push takes the next chunk of the connection; it throws a ProtocolViolation. */
  push(chunk: Buffer): void {
    this.reader.push(chunk);
  }

  /** stop reads nothing more, not even the rest of a chunk. */
  stop(): void {
    this.stopped = true;
  }

  private frame(type: number, flags: number, id: number, payload: Buffer): void {
    if (this.stopped) return;
    if (!this.greeted && (type !== FrameType.SETTINGS || flags & Flag.ACK)) throw violation('no settings come first');
    if (this.block.id && type !== FrameType.CONTINUATION) throw violation('headers are interrupted');
    switch (type) {
      case FrameType.DATA:
        return this.data(flags, id, payload);
      case FrameType.HEADERS:
        if (!id) throw violation('headers of the connection');
        return this.headers(id, this.block.begin(id, flags, payload));
      case FrameType.CONTINUATION:
        return this.headers(id, this.block.proceed(id, flags, payload));
      case FrameType.RST_STREAM:
        if (!id) throw violation('a reset of the connection');
        return this.side.reset(id, number(payload));
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
      case FrameType.PRIORITY:
        return this.priority(id, payload);
      default:
        // Unknown frames are to be passed over.
        this.side.idle?.();
    }
  }

  private data(flags: number, id: number, payload: Buffer): void {
    if (!id) throw violation('data of the connection');
    const end = (flags & Flag.END_STREAM) !== 0;
    const bytes = flags & Flag.PADDED ? unpadded(payload) : payload;
    if (!bytes.length && !end) this.side.idle?.();
    this.side.data(id, bytes, payload.length, end);
  }

  private headers(id: number, block: Buffer | undefined): void {
    if (block) this.side.headers(id, block, this.block.endStream);
  }

  private settings(flags: number, id: number, payload: Buffer): void {
    if (id) throw violation('settings of a stream');
    if (flags & Flag.ACK) {
      if (payload.length) throw new ProtocolViolation('FRAME_SIZE_ERROR', 'an acknowledgement with settings');
      return;
    }
    if (this.greeted) this.side.idle?.();
    const settings = decodeSettings(payload);
    this.acknowledge(FrameType.SETTINGS);
    this.sender.apply(settings, this.side.all());
    const first = !this.greeted;
    this.greeted = true;
    this.side.settings(settings, first);
  }

  private ping(flags: number, id: number, payload: Buffer): void {
    if (id) throw violation('a ping of a stream');
    if (payload.length !== 8) throw new ProtocolViolation('FRAME_SIZE_ERROR', 'a ping of a wrong length');
    if (flags & Flag.ACK) return this.side.pong();
    this.side.idle?.();
    this.acknowledge(FrameType.PING, payload);
  }

  private acknowledge(type: number, payload?: Buffer): void {
    if (this.outbox.unsent > MAX_UNREAD) {
      throw new ProtocolViolation('ENHANCE_YOUR_CALM', 'the peer asks on without reading the answers');
    }
    this.outbox.frame(type, Flag.ACK, 0, payload);
  }

  private goAway(id: number, payload: Buffer): void {
    if (id) throw violation('a farewell of a stream');
    if (payload.length < 8) throw new ProtocolViolation('FRAME_SIZE_ERROR', 'a farewell of a wrong length');
    const lastId = payload.readUInt32BE(0) & 0x7fffffff;
    this.side.goAway(lastId, payload.readUInt32BE(4), payload.toString('latin1', 8, 8 + WHY_LENGTH));
  }

  private windowUpdate(id: number, word: number): void {
    const increment = word & 0x7fffffff;
    const stream = id ? this.side.find(id) : undefined;
    if (!increment) {
      if (!id || !this.side.stalled) throw violation('a window that does not grow');
      return this.side.stalled(id);
    }
    if (!id || stream) this.sender.grow(stream, increment);
  }

  /** priority: nobody orders streams by what their peer wants any more (RFC 9113, section 5.3). */
  private priority(id: number, payload: Buffer): void {
    if (!id) throw violation('a priority of the connection');
    if (payload.length !== 5) throw new ProtocolViolation('FRAME_SIZE_ERROR', 'a priority of a wrong length');
    this.side.idle?.();
  }
}

/** number is the payload of a frame that has one number. */
function number(payload: Buffer): number {
  if (payload.length !== 4) throw new ProtocolViolation('FRAME_SIZE_ERROR', 'a number of a wrong length');
  return payload.readUInt32BE(0);
}

export function violation(message: string): ProtocolViolation {
  return new ProtocolViolation('PROTOCOL_ERROR', message);
}
