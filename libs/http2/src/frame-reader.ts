import { FRAME_HEAD, Flag, FrameType, MAX_FRAME_SIZE, ProtocolViolation } from './protocol';

/** OnFrame gets a frame's type, flags, stream id and payload, which is a view into what was read and stays valid. */
export type OnFrame = (type: number, flags: number, id: number, payload: Buffer) => void;

/**
 * FrameReader takes a connection's chunks, which may be split anywhere, apart into frames. It holds one frame at most, and of a body nothing: a
 * DATA frame that is split is handed over as several, which mean the same.
 */
export class FrameReader {
  /** head collects the head of a frame that is split within it. */
  private readonly head = Buffer.alloc(FRAME_HEAD);
  private headSize = 0;
  /** payload collects that of a frame whose head is known and whose end has not come. */
  private payload: Buffer | undefined;
  private payloadSize = 0;
  /** passing is how much is to come of a DATA frame that is handed over in parts. */
  private passing = 0;

  constructor(private readonly onFrame: OnFrame) {}

  /** push reads the next chunk; it throws a ProtocolViolation for a frame that is too large, and what onFrame throws. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.passing) at = this.pass(chunk, at);
      else if (this.headSize) at = this.complete(chunk, at);
      else if (chunk.length - at < FRAME_HEAD) at = this.fillHead(chunk, at);
      else {
        const end = at + FRAME_HEAD + payloadLength(chunk, at);
        if (end > chunk.length) at = this.fillHead(chunk, at);
        else {
          this.emit(chunk, at, chunk.subarray(at + FRAME_HEAD, end));
          at = end;
        }
      }
    }
  }

  private fillHead(chunk: Buffer, at: number): number {
    const taken = chunk.copy(this.head, this.headSize, at);
    this.headSize += taken;
    return at + taken;
  }

  /** complete goes on with the frame that a chunk before this one began, and answers where it has read to. */
  private complete(chunk: Buffer, begin: number): number {
    let at = begin;
    if (this.headSize < FRAME_HEAD) at = this.fillHead(chunk, at);
    if (this.headSize < FRAME_HEAD) return at;
    if (!this.payload) {
      const length = payloadLength(this.head, 0);
      if (length && isPlainData(this.head)) {
        this.passing = length;
        return at;
      }
      this.payload = Buffer.allocUnsafe(length);
    }
    const taken = chunk.copy(this.payload, this.payloadSize, at);
    this.payloadSize += taken;
    if (this.payloadSize === this.payload.length) {
      const { payload } = this;
      this.headSize = this.payloadSize = 0;
      this.payload = undefined;
      this.emit(this.head, 0, payload);
    }
    return at + taken;
  }

  /** pass hands over a part of a DATA frame; only the last one may end its stream. */
  private pass(chunk: Buffer, at: number): number {
    const end = Math.min(at + this.passing, chunk.length);
    this.passing -= end - at;
    const { head, passing } = this;
    const id = head.readUInt32BE(5) & 0x7fffffff;
    if (!passing) this.headSize = 0;
    this.onFrame(FrameType.DATA, passing ? head[4]! & ~Flag.END_STREAM : head[4]!, id, chunk.subarray(at, end));
    return end;
  }

  private emit(head: Buffer, at: number, payload: Buffer): void {
    this.onFrame(head[at + 3]!, head[at + 4]!, head.readUInt32BE(at + 5) & 0x7fffffff, payload);
  }
}

function payloadLength(head: Buffer, at: number): number {
  const length = head.readUIntBE(at, 3);
  if (length > MAX_FRAME_SIZE) throw new ProtocolViolation('FRAME_SIZE_ERROR', `a frame of ${length} bytes`);
  return length;
}

const isPlainData = (head: Buffer) => head[3] === FrameType.DATA && !(head[4]! & Flag.PADDED);

/** unpadded is a payload of DATA or HEADERS without its padding. */
export function unpadded(payload: Buffer): Buffer {
  const padding = payload[0] ?? 0;
  if (padding >= payload.length) throw new ProtocolViolation('PROTOCOL_ERROR', 'padding longer than its frame');
  return payload.subarray(1, payload.length - padding);
}
