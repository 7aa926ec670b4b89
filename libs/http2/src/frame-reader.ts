import { FRAME_HEAD, MAX_FRAME_SIZE, ProtocolViolation } from './protocol';

/** OnFrame gets a frame's type, flags, stream id and payload, which is a view into what was read and stays valid. */
export type OnFrame = (type: number, flags: number, id: number, payload: Buffer) => void;

/** FrameReader takes a connection's chunks, which may be split anywhere, apart into frames. It holds one frame at most. */
export class FrameReader {
  /** head collects the head of a frame that is split within it. */
  private readonly head = Buffer.alloc(FRAME_HEAD);
  private headSize = 0;
  /** payload collects that of a frame whose head is known and whose end has not come. */
  private payload: Buffer | undefined;
  private payloadSize = 0;

  constructor(private readonly onFrame: OnFrame) {}

  /** push reads the next chunk; it throws a ProtocolViolation for a frame that is too large, and what onFrame throws. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.headSize) at = this.complete(chunk, at);
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
    this.payload ??= Buffer.allocUnsafe(payloadLength(this.head, 0));
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

  private emit(head: Buffer, at: number, payload: Buffer): void {
    this.onFrame(head[at + 3]!, head[at + 4]!, head.readUInt32BE(at + 5) & 0x7fffffff, payload);
  }
}

function payloadLength(head: Buffer, at: number): number {
  const length = head.readUIntBE(at, 3);
  if (length > MAX_FRAME_SIZE) throw new ProtocolViolation('FRAME_SIZE_ERROR', `a frame of ${length} bytes`);
  return length;
}

/** unpadded is a payload of DATA or HEADERS without its padding. */
export function unpadded(payload: Buffer): Buffer {
  const padding = payload[0] ?? 0;
  if (padding >= payload.length) throw new ProtocolViolation('PROTOCOL_ERROR', 'padding longer than its frame');
  return payload.subarray(1, payload.length - padding);
}
