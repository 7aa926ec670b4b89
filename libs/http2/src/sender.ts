import type { Outbox } from './outbox';
import { DEFAULT_WINDOW, Flag, FrameType, LARGEST, MAX_FRAME_SIZE, ProtocolViolation } from './protocol';
import type { SendingStream } from './sending-stream';
import type { Settings } from './settings';

/** TURN is how much a stream may send before it is the turn of the next one that waits, and so the largest frame. */
const TURN = 64 * 1024;

/** MANY are so many pieces that those which are out are given up by themselves. */
const MANY = 1_024;

const NOTHING = Buffer.alloc(0);

/** Sender sends bodies as far as the peer's windows and the socket let them through; those held up go on in turns. */
export class Sender {
  private window = DEFAULT_WINDOW;
  private initialWindow = DEFAULT_WINDOW;
  private maxFrameSize = MAX_FRAME_SIZE;
  /** queue are the streams that wait for the connection's window or the socket, the next first. Those whose own window is used up are in no list. */
  private queue: SendingStream[] = [];

  constructor(private readonly outbox: Outbox) {}

  /** open is to be called for a new stream. */
  open(stream: SendingStream): void {
    stream.sendWindow = this.initialWindow;
  }

  /** write sends bytes, which must not be changed any more; with `last` the stream ends behind them. */
  write(stream: SendingStream, bytes: Buffer, last: boolean): void {
    if (stream.waits) return hold(stream, bytes, last);
    const size = bytes.length;
    if (!this.outbox.full && size <= this.maxFrameSize && size <= this.window && size <= stream.sendWindow) {
      return this.frame(stream, bytes, last);
    }
    hold(stream, bytes, last);
    if (!this.advance(stream, Infinity)) this.wait(stream);
  }

  /** resume goes on with what was held up, in turns, until windows or the socket are full. */
  resume(): void {
    while (this.queue.length && this.window > 0 && !this.outbox.full) {
      const stream = this.queue.shift()!;
      if (this.advance(stream, TURN)) this.release(stream);
      else this.wait(stream);
    }
  }

  /** forget gives up what a stream has not sent. */
  forget(stream: SendingStream): void {
    letGo(stream);
    if (stream.queued) this.queue = this.queue.filter(each => each !== stream);
    stream.waits = stream.queued = false;
  }

  /** grow makes the window of a stream, or without one the connection's, larger. */
  grow(stream: SendingStream | undefined, increment: number): void {
    if (!stream) {
      this.window = within(this.window + increment);
      return this.resume();
    }
    this.widen(stream, increment);
    this.resume();
  }

  /** apply takes the peer's settings, which hold for the open streams too. */
  apply({ initialWindowSize, maxFrameSize }: Settings, open: Iterable<SendingStream>): void {
    if (maxFrameSize !== undefined) this.maxFrameSize = Math.min(maxFrameSize, TURN);
    if (initialWindowSize === undefined) return;
    const more = initialWindowSize - this.initialWindow;
    this.initialWindow = initialWindowSize;
    for (const stream of open) this.widen(stream, more);
    this.resume();
  }

  private widen(stream: SendingStream, more: number): void {
    stream.sendWindow = within(stream.sendWindow + more);
    if (stream.waits && !stream.queued) this.wait(stream);
  }

  private wait(stream: SendingStream): void {
    stream.waits = true;
    stream.queued = stream.sendWindow > 0;
    if (stream.queued) this.queue.push(stream);
  }

  private release(stream: SendingStream): void {
    stream.waits = stream.queued = false;
    stream.released();
  }

  /** advance sends of what is held, `most` bytes at most and no matter how many streams wait; it answers whether nothing is left. */
  private advance(stream: SendingStream, most: number): boolean {
    let left = most;
    while (stream.heldBytes) {
      const bytes = stream.held[stream.next]!;
      const size = Math.min(bytes.length, left, this.window, stream.sendWindow, this.maxFrameSize);
      if (size <= 0 || this.outbox.full) return false;
      left -= size;
      stream.heldBytes -= size;
      if (!stream.heldBytes) letGo(stream);
      else if (size === bytes.length) passOver(stream);
      else stream.held[stream.next] = bytes.subarray(size);
      const piece = size === bytes.length ? bytes : bytes.subarray(0, size);
      this.frame(stream, piece, stream.ending && !stream.heldBytes);
    }
    if (stream.ending && !stream.ended) this.frame(stream, NOTHING, true);
    return true;
  }

  private frame(stream: SendingStream, bytes: Buffer, last: boolean): void {
    this.window -= bytes.length;
    stream.sendWindow -= bytes.length;
    if (last) stream.ending = stream.ended = true;
    this.outbox.frame(FrameType.DATA, last ? Flag.END_STREAM : 0, stream.id, bytes);
  }
}

function hold(stream: SendingStream, bytes: Buffer, last: boolean): void {
  if (bytes.length) stream.held.push(bytes);
  stream.heldBytes += bytes.length;
  if (last) stream.ending = true;
}

/** passOver lets go of the next piece. A stream may hold something for as long as it lasts: what was passed over must not gather. */
function passOver(stream: SendingStream): void {
  stream.held[stream.next++] = NOTHING;
  if (stream.next < MANY || 2 * stream.next < stream.held.length) return;
  stream.held = stream.held.slice(stream.next);
  stream.next = 0;
}

function letGo(stream: SendingStream): void {
  stream.held = [];
  stream.next = stream.heldBytes = 0;
}

function within(window: number): number {
  if (window > LARGEST) throw new ProtocolViolation('FLOW_CONTROL_ERROR', 'a window is too large');
  return window;
}
