import type { Writable } from 'node:stream';
import { FRAME_HEAD, FrameType } from './protocol';

const BATCH = 64 * 1024;
/** COPIED is the largest piece that is copied into the batch; a larger one goes out from where it is. */
const COPIED = 8 * 1024;
/** HIGH_WATER is from how many bytes on that the socket has not taken bodies should wait. */
const HIGH_WATER = 1024 * 1024;

const NOTHING = Buffer.alloc(0);

/**
 * Outbox writes frames to a socket: all those of one turn of the event loop at once, as many calls are made in one turn under load. What
 * is written here is sent in this order.
 */
export class Outbox {
  /** batch is written from `begin` to `at` since the last flush; what is before belongs to the socket and stays as it is. */
  private batch = Buffer.allocUnsafeSlow(BATCH);
  private begin = 0;
  private at = 0;
  private pieces: Buffer[] = [];
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

  /** number writes a frame whose payload is one number: RST_STREAM, WINDOW_UPDATE. */
  number(type: number, id: number, value: number): void {
    this.head(4, type, 0, id);
    this.reserve(4);
    this.at = this.batch.writeUInt32BE(value, this.at);
    this.pending += 4;
    this.schedule();
  }

  /** goAway says that the connection ends, and why. */
  goAway(code: number, why: string): void {
    const payload = Buffer.alloc(8);
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
      this.reserve(data.length);
      this.batch.set(data, this.at);
      this.at += data.length;
    }
    this.schedule();
  }

  /** flush hands everything to the socket now. */
  readonly flush = (): void => {
    this.scheduled = false;
    this.cut();
    const { pieces, socket } = this;
    this.pieces = [];
    this.pending = 0;
    if (socket.destroyed) return;
    if (pieces.length > 1) socket.cork();
    for (const piece of pieces) socket.write(piece);
    if (pieces.length > 1) socket.uncork();
  };

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(this.flush);
  }

  private head(length: number, type: number, flags: number, id: number): void {
    this.reserve(FRAME_HEAD);
    const { batch, at } = this;
    batch[at] = length >> 16;
    batch[at + 1] = length >> 8;
    batch[at + 2] = length;
    batch[at + 3] = type;
    batch[at + 4] = flags;
    batch.writeUInt32BE(id, at + 5);
    this.at += FRAME_HEAD;
    this.pending += FRAME_HEAD;
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= BATCH) return;
    this.cut();
    this.batch = Buffer.allocUnsafeSlow(BATCH);
    this.begin = this.at = 0;
  }

  private cut(): void {
    if (this.at > this.begin) this.pieces.push(this.batch.subarray(this.begin, this.at));
    this.begin = this.at;
  }
}
