import { PREFIX } from './length-prefix';

/** Wire types of the protobuf encoding that etcd's messages use. */
const VARINT = 0;
const DELIMITED = 2;

/** MessageWriter encodes one protobuf message. Whatever has its default value is left out, as proto3 does. */
export class MessageWriter {
  private bytes: Buffer;
  /** size begins behind room for gRPC's head, so that the message need not be copied to be sent. */
  private size = PREFIX;

  /** `room` is how many bytes are expected; more is no error. */
  constructor(room = 64) {
    this.bytes = Buffer.allocUnsafe(PREFIX + room);
  }

  /** number writes a whole number from 0 to 2^53. */
  number(field: number, value: number | undefined): this {
    if (!value) return this;
    this.reserve(16);
    this.varint((field << 3) | VARINT);
    this.varint(value);
    return this;
  }

  /** int64 writes a positive number that may exceed 2^53, given in decimal digits. */
  int64(field: number, digits: string | undefined): this {
    if (!digits || digits === '0') return this;
    this.reserve(16);
    this.varint((field << 3) | VARINT);
    let value = BigInt(digits);
    for (; value > 0x7fn; value >>= 7n) this.bytes[this.size++] = Number(value & 0x7fn) | 0x80;
    this.bytes[this.size++] = Number(value);
    return this;
  }

  bool(field: number, value: boolean | undefined): this {
    return this.number(field, value ? 1 : 0);
  }

  /** data writes bytes or a nested message; an empty one too, for it may be the chosen one of several. */
  data(field: number, value: Uint8Array | undefined): this {
    if (!value) return this;
    this.reserve(16 + value.length);
    this.varint((field << 3) | DELIMITED);
    this.varint(value.length);
    this.bytes.set(value, this.size);
    this.size += value.length;
    return this;
  }

  /** open writes the head of a nested message of that many bytes, which are to be written next: so nothing is copied twice. */
  open(field: number, length: number): this {
    this.reserve(16 + length);
    this.varint((field << 3) | DELIMITED);
    this.varint(length);
    return this;
  }

  /** raw appends fields that were encoded elsewhere. */
  raw(fields: Uint8Array): this {
    this.reserve(fields.length);
    this.bytes.set(fields, this.size);
    this.size += fields.length;
    return this;
  }

  /** message is what was written. */
  message(): Buffer {
    return this.bytes.subarray(PREFIX, this.size);
  }

  /** framed is the message as gRPC sends it: not compressed, so many bytes. */
  framed(): Buffer {
    this.bytes[0] = 0;
    this.bytes.writeUInt32BE(this.size - PREFIX, 1);
    return this.bytes.subarray(0, this.size);
  }

  private reserve(more: number): void {
    if (this.size + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.size + more));
    this.bytes.copy(larger, 0, 0, this.size);
    this.bytes = larger;
  }

  private varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.bytes[this.size++] = (rest % 128) | 0x80;
    this.bytes[this.size++] = rest;
  }
}

/** dataSize is how many bytes `data` and `open` take for so many bytes, in a field below 16. */
export function dataSize(length: number): number {
  let size = 2 + length;
  for (let rest = length; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** MessageReader walks over one protobuf message: `while (reader.next()) switch (reader.field)`. Fields that nobody takes are skipped. */
export class MessageReader {
  /** field is the number of the present field. */
  field = 0;
  private wire = 0;
  private at = 0;
  private taken = true;

  constructor(private readonly bytes: Buffer) {}

  /** next goes on to the next field; false at the end. */
  next(): boolean {
    if (!this.taken) this.skip();
    if (this.at >= this.bytes.length) return false;
    const tag = this.varint();
    this.field = Math.floor(tag / 8);
    this.wire = tag & 7;
    this.taken = false;
    return true;
  }

  /** number is the present field's value; exact below 2^53. */
  number(): number {
    this.taken = true;
    return this.varint();
  }

  bool(): boolean {
    return this.number() !== 0;
  }

  /** int64 is the present field's value in decimal digits. */
  int64(): string {
    this.taken = true;
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value).toString();
    }
  }

  /** data is a view into the message. */
  data(): Buffer {
    this.taken = true;
    const length = this.varint();
    const end = this.at + length;
    if (end > this.bytes.length) throw new Error('a message of etcd ends early');
    const data = this.bytes.subarray(this.at, end);
    this.at = end;
    return data;
  }

  text(): string {
    return this.data().toString();
  }

  private skip(): void {
    switch (this.wire) {
      case VARINT:
        this.number();
        break;
      case DELIMITED:
        this.data();
        break;
      case 1:
        this.at += 8;
        break;
      case 5:
        this.at += 4;
        break;
      default:
        throw new Error(`a message of etcd has the unknown wire type ${this.wire}`);
    }
    this.taken = true;
  }

  private varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new Error('a message of etcd ends early');
    return byte;
  }
}
