/** Wire types of protobuf. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
const START_GROUP = 3;
const END_GROUP = 4;
export const FIXED32 = 5;

const TWO_32 = 2 ** 32;

/** WireError says why bytes are no protobuf message. */
export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WireError';
  }
}

/** WireReader reads a message's parts in order; bounded by `end`. It throws a WireError past that. */
export class WireReader {
  constructor(
    readonly bytes: Buffer,
    public at = 0,
    public end = bytes.length,
    readonly depth = 0,
  ) {}

  get more(): boolean {
    return this.at < this.end;
  }

  /** varint is an unsigned number up to 2^32, or the low 32 bits of a greater one; what tags and lengths are. */
  uint32(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw new WireError('unexpected EOF');
      const b = this.bytes[this.at++]!;
      if (shift < 32) value |= (b & 0x7f) << shift;
      if (b < 0x80) return value >>> 0;
    }
    throw new WireError('proto: integer overflow');
  }

  /** tag is the head of a message's next field, number and wire type; `message` names the type of the message where it is none. */
  tag(message: string): number {
    const tag = this.uint32();
    if ((tag & 7) === END_GROUP) throw new WireError(`proto: ${message}: wiretype end group for non-group`);
    if (tag >>> 3 === 0) throw new WireError(`proto: ${message}: illegal tag 0 (wire type ${tag})`);
    return tag;
  }

  /** int32 is a signed number; its varint may have ten bytes. */
  int32(): number {
    return this.uint32() | 0;
  }

  /** int64 is a signed number, as exact as JavaScript's numbers are. */
  int64(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw new WireError('unexpected EOF');
      const b = this.bytes[this.at++]!;
      const bits = b & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= bits << 31;
      if (b < 0x80) return (high | 0) * TWO_32 + (low >>> 0);
    }
    throw new WireError('proto: integer overflow');
  }

  double(): number {
    this.need(8);
    this.at += 8;
    return this.bytes.readDoubleLE(this.at - 8);
  }

  string(): string {
    const length = this.length();
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }

  /** slice is a view of bytes, not a copy. */
  slice(): Buffer {
    const length = this.length();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** message is a reader of a nested message; this one goes on behind it. */
  message(): WireReader {
    const length = this.length();
    if (this.depth >= MAX_DEPTH) throw new WireError('proto: exceeded max depth');
    const nested = new WireReader(this.bytes, this.at, this.at + length, this.depth + 1);
    this.at += length;
    return nested;
  }

  skip(wireType: number): void {
    if (wireType === VARINT) this.uint32();
    else if (wireType === BYTES) this.slice();
    else if (wireType === START_GROUP) this.skipGroup();
    else {
      const size = wireType === FIXED64 ? 8 : wireType === FIXED32 ? 4 : NaN;
      if (Number.isNaN(size)) throw new WireError(`proto: illegal wireType ${wireType}`);
      this.need(size);
      this.at += size;
    }
  }

  /** skipGroup leaves out what stands between the marks of a group, groups within it too; nobody writes any today. */
  private skipGroup(): void {
    for (let depth = 1; depth > 0;) {
      const wireType = this.uint32() & 7;
      if (wireType === START_GROUP) depth++;
      else if (wireType === END_GROUP) depth--;
      else this.skip(wireType);
    }
  }

  private length(): number {
    const first = this.bytes[this.at];
    // Most lengths have one byte.
    if (first !== undefined && first < 0x80 && this.at < this.end) {
      this.at++;
      this.need(first);
      return first;
    }
    const length = this.int64();
    if (length < 0) throw new WireError('proto: negative length found during unmarshaling');
    this.need(length);
    return length;
  }
  private need(size: number): void {
    if (this.at + size > this.end) throw new WireError('unexpected EOF');
  }
}

// Three levels are one of a nested schema; far below what the stack holds.
const MAX_DEPTH = 1500;

/** WireWriter writes a message from its end to its beginning, so that lengths are known when they are written. */
export class WireWriter {
  private buffer = Buffer.allocUnsafe(1024);
  private at = this.buffer.length;

  /** emulated is the release whose messages are written. */
  constructor(readonly emulated = 33) {}

  /** size is how many bytes were written; the difference of two sizes is a nested message's length. */
  get size(): number {
    return this.buffer.length - this.at;
  }

  uint32(value: number): void {
    let length = 1;
    for (let rest = value; rest > 0x7f; rest >>>= 7) length++;
    this.reserve(length);
    let at = (this.at -= length);
    for (; value > 0x7f; value >>>= 7) this.buffer[at++] = (value & 0x7f) | 0x80;
    this.buffer[at] = value;
  }

  int64(value: number): void {
    if (value >= 0 && value < 0x80000000) return this.uint32(value);
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    this.reserve(bytes.length);
    this.at -= bytes.length;
    bytes.forEach((b, i) => (this.buffer[this.at + i] = b));
  }

  double(value: number): void {
    this.reserve(8);
    this.at -= 8;
    this.buffer.writeDoubleLE(value, this.at);
  }

  string(value: string): void {
    const length = Buffer.byteLength(value);
    this.reserve(length);
    this.at -= length;
    this.buffer.write(value, this.at, length, 'utf8');
    this.uint32(length);
  }

  bytes(value: Buffer): void {
    this.reserve(value.length);
    this.at -= value.length;
    value.copy(this.buffer, this.at);
    this.uint32(value.length);
  }

  tag(number: number, wireType: number): void {
    this.uint32((number << 3) | wireType);
  }

  /** finish is a copy of what was written. */
  finish(): Buffer {
    return Buffer.from(this.buffer.subarray(this.at));
  }

  private reserve(size: number): void {
    if (this.at >= size) return;
    const used = this.size;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, used + size));
    this.buffer.copy(grown, grown.length - used, this.at);
    this.at = grown.length - used;
    this.buffer = grown;
  }
}
