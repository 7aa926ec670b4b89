import { unpadded } from './frame-reader';
import { Flag, ProtocolViolation } from './protocol';

/** HeaderBounds bound one block: its bytes, and its frames, as empty ones cost too. */
export interface HeaderBounds {
  readonly maxBytes: number;
  readonly maxParts: number;
}

const BOUNDS: HeaderBounds = { maxBytes: 64 * 1024, maxParts: 64 };
const PRIORITY_SIZE = 5;

/** HeaderBlock joins the frames of one header block: HEADERS, and the CONTINUATIONs behind it, between which nothing else may come. */
export class HeaderBlock {
  /** id is the stream of the block that is under way; 0 for none. */
  id = 0;
  /** endStream is whether the block is the last of its stream. */
  endStream = false;
  private parts: Buffer[] = [];
  private size = 0;

  constructor(private readonly bounds = BOUNDS) {}

  /** begin takes a HEADERS frame, and answers the block if that is all of it. */
  begin(id: number, flags: number, payload: Buffer): Buffer | undefined {
    let bytes = flags & Flag.PADDED ? unpadded(payload) : payload;
    if (flags & Flag.PRIORITY) {
      if (bytes.length < PRIORITY_SIZE)
        throw new ProtocolViolation('FRAME_SIZE_ERROR', 'headers without their priority');
      bytes = bytes.subarray(PRIORITY_SIZE);
    }
    this.endStream = (flags & Flag.END_STREAM) !== 0;
    if (flags & Flag.END_HEADERS) return bytes;
    this.id = id;
    this.parts = [bytes];
    this.size = bytes.length;
    return undefined;
  }

  /** proceed takes a CONTINUATION frame, and answers the block if it is whole now. */
  proceed(id: number, flags: number, payload: Buffer): Buffer | undefined {
    if (id !== this.id || !id) throw new ProtocolViolation('PROTOCOL_ERROR', 'a continuation of nothing');
    this.size += payload.length;
    if (this.parts.push(payload) > this.bounds.maxParts || this.size > this.bounds.maxBytes) {
      throw new ProtocolViolation('ENHANCE_YOUR_CALM', 'headers without an end');
    }
    if (!(flags & Flag.END_HEADERS)) return undefined;
    const block = Buffer.concat(this.parts, this.size);
    this.id = 0;
    this.parts = [];
    return block;
  }
}
