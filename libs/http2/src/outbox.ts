import type { Writable } from 'node:stream';
import { BATCH, freeBatch, takeBatch } from './batches';
import { FRAME_HEAD, Flag, FrameType, MAX_FRAME_SIZE } from './protocol';

/** COPIED is the largest piece that is copied into a batch; a larger one goes out from where it is. */
const COPIED = 8 * 1024;
/** HIGH_WATER is from how many bytes on that the socket has not taken bodies should wait. */
const HIGH_WATER = 1024 * 1024;

const NOTHING = Buffer.alloc(0);

/**
 * Outbox writes frames to a socket: all those of one turn of the event loop at once, as many calls are made in one turn under load. What
 * is written here is sent in this order.
 */
export class Outbox {
  /** batch is what small pieces are put together in; what is before `begin` is among the pieces. There is none between two flushes. */
  private batch: Buffer | undefined;
  private begin = 0;
  private at = 0;
  private pieces: Buffer[] = [];
  /** filled are the batches of this turn that nothing more goes into. */
  private filled: Buffer[] = [];
  private pending = 0;
  private scheduled = false;

  constructor(private readonly socket: Writable) {}

  /** unsent is how many bytes the socket has not taken. */
  get unsent(): number {
    return this.pending + this.socket.writableLength;
  }

  /** full is whether bodies should wait for the socket's `drain`. */
  get full(): boolean {
    return this.unsent >= HIGH_WATER;
  }

  /** frame writes one frame. A large payload is not copied and must not be changed any more. */
  frame(type: number, flags: number, id: number, payload: Buffer = NOTHING): void {
    this.head(payload.length, type, flags, id);
    this.bytes(payload);
  }

  /** headers writes a header block of any length, as one frame or several. */
  headers(id: number, block: Buffer, end: boolean): void {
    const ending = end ? Flag.END_STREAM : 0;
    if (block.length <= MAX_FRAME_SIZE) return this.frame(FrameType.HEADERS, Flag.END_HEADERS | ending, id, block);
    this.frame(FrameType.HEADERS, ending, id, block.subarray(0, MAX_FRAME_SIZE));
    for (let at = MAX_FRAME_SIZE; at < block.length; at += MAX_FRAME_SIZE) {
      const part = block.subarray(at, at + MAX_FRAME_SIZE);
      const last = at + MAX_FRAME_SIZE >= block.length;
      this.frame(FrameType.CONTINUATION, last ? Flag.END_HEADERS : 0, id, part);
    }
  }

  /** number writes a frame whose payload is one number: RST_STREAM, WINDOW_UPDATE. */
  number(type: number, id: number, value: number): void {
    this.head(4, type, 0, id);
    this.at = this.reserve(4).writeUInt32BE(value, this.at);
    this.pending += 4;
    this.schedule();
  }

  /** goAway says that the connection ends, and why; nothing is done about streams after `lastId`. */
  goAway(code: number, why: string, lastId = 0): void {
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(lastId);
    payload.writeUInt32BE(code, 4);
    this.frame(FrameType.GOAWAY, 0, 0, Buffer.concat([payload, Buffer.from(why)]));
  }

  /** bytes writes what is no frame: the connection's preface. */
  bytes(data: Buffer): void {
    this.pending += data.length;
    if (data.length > COPIED) {
      this.cut();
      this.pieces.push(data);
    } else {
      this.reserve(data.length).set(data, this.at);
      this.at += data.length;
    }
    this.schedule();
  }

  /** flush hands everything to the socket now. */
  readonly flush = (): void => {
    this.scheduled = false;
    const { pieces, filled, socket } = this;
    this.hand();
    this.pieces = [];
    this.filled = [];
    this.pending = 0;
    if (socket.destroyed || socket.writableEnded) return;
    if (pieces.length > 1) socket.cork();
    const last = pieces.pop();
    for (const piece of pieces) socket.write(piece);
    if (last) socket.write(last, error => !error && filled.forEach(freeBatch));
    if (pieces.length) socket.uncork();
  };

  /** hand gives what is in the batch to the pieces. A short end is copied, so that the batch is not waited for. */
  private hand(): void {
    const { batch, begin, at } = this;
    this.batch = undefined;
    this.begin = this.at = 0;
    if (!batch) return;
    if (!begin && at <= COPIED) {
      this.pieces.push(Buffer.from(batch.subarray(0, at)));
      freeBatch(batch);
    } else {
      if (at > begin) this.pieces.push(batch.subarray(begin, at));
      this.filled.push(batch);
    }
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(this.flush);
  }

  private head(length: number, type: number, flags: number, id: number): void {
    const batch = this.reserve(FRAME_HEAD);
    const { at } = this;
    batch[at] = length >> 16;
    batch[at + 1] = length >> 8;
    batch[at + 2] = length;
    batch[at + 3] = type;
    batch[at + 4] = flags;
    batch.writeUInt32BE(id, at + 5);
    this.at += FRAME_HEAD;
    this.pending += FRAME_HEAD;
  }

  /** reserve is a batch with room for so many bytes. */
  private reserve(bytes: number): Buffer {
    if (this.batch && this.at + bytes > BATCH) {
      this.cut();
      this.filled.push(this.batch);
      this.batch = undefined;
      this.begin = this.at = 0;
    }
    return (this.batch ??= takeBatch());
  }

  /** cut ends a piece, as one from elsewhere comes next. */
  private cut(): void {
    if (this.at > this.begin) this.pieces.push(this.batch!.subarray(this.begin, this.at));
    this.begin = this.at;
  }
}
