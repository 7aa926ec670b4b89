import type { Outbox } from './outbox';
import { DEFAULT_WINDOW, Flag, FrameType, LARGEST, MAX_FRAME_SIZE, ProtocolViolation } from './protocol';
import type { Settings } from './settings';
import type { Http2Stream } from './stream';

/** BodySender sends bodies as far as the peer's windows and the socket let them through; those held up go on in the order they came. */
export class BodySender {
  private window = DEFAULT_WINDOW;
  private initialWindow = DEFAULT_WINDOW;
  private maxFrameSize = MAX_FRAME_SIZE;
  private waiting: Http2Stream[] = [];

  constructor(private readonly outbox: Outbox) {}

  /** start sends the body of a stream that was just opened. */
  start(stream: Http2Stream): void {
    stream.sendWindow = this.initialWindow;
    if (!this.send(stream)) this.waiting.push(stream);
  }

  /** resume goes on with what was held up. */
  resume(): void {
    if (this.waiting.length) this.waiting = this.waiting.filter(stream => !this.send(stream));
  }

  /** forget gives up a body. */
  forget(stream: Http2Stream): void {
    if (this.waiting.length) this.waiting = this.waiting.filter(each => each !== stream);
  }

  /** grow makes the window of a stream, or without one the connection's, larger. */
  grow(stream: Http2Stream | undefined, increment: number): void {
    if (stream) stream.sendWindow = within(stream.sendWindow + increment);
    else this.window = within(this.window + increment);
    this.resume();
  }

  /** apply takes the peer's settings, which hold for the open streams too. */
  apply({ initialWindowSize, maxFrameSize }: Settings, open: Iterable<Http2Stream>): void {
    if (maxFrameSize !== undefined) this.maxFrameSize = maxFrameSize;
    if (initialWindowSize === undefined) return;
    const more = initialWindowSize - this.initialWindow;
    this.initialWindow = initialWindowSize;
    for (const stream of open) stream.sendWindow = within(stream.sendWindow + more);
    this.resume();
  }

  /** send answers whether the body is sent to its end. */
  private send(stream: Http2Stream): boolean {
    const { body, last, id } = stream;
    while (stream.sent < body.length) {
      const left = body.length - stream.sent;
      const size = Math.min(left, this.window, stream.sendWindow, this.maxFrameSize);
      if (size <= 0 || this.outbox.full) return false;
      const piece = size === body.length ? body : body.subarray(stream.sent, stream.sent + size);
      this.outbox.frame(FrameType.DATA, last && size === left ? Flag.END_STREAM : 0, id, piece);
      this.window -= size;
      stream.sendWindow -= size;
      stream.sent += size;
    }
    return true;
  }
}

function within(window: number): number {
  if (window > LARGEST) throw new ProtocolViolation('FLOW_CONTROL_ERROR', 'a window is too large');
  return window;
}
