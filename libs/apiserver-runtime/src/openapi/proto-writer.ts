const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** Part is a piece of a message: a varint, the text of a string, what is written as it is, or a nested message. */
type Part = number | string | Uint8Array | ProtoWriter;

/** ProtoWriter writes a protobuf message field by field, in the order of its calls. Empty values are left out. Bytes are made at the end, all at once. */
export class ProtoWriter {
  private readonly parts: Part[] = [];
  private size = 0;

  string(field: number, value: unknown): this {
    if (typeof value === 'string' && value !== '') this.text(field, value);
    return this;
  }

  strings(field: number, values: unknown): this {
    for (const value of Array.isArray(values) ? values : []) this.text(field, String(value));
    return this;
  }

  bool(field: number, value: unknown): this {
    if (value === true) this.varint(field * 8 + VARINT).varint(1);
    return this;
  }

  /** number writes a double, count an integer that is not negative. */
  number(field: number, value: unknown): this {
    return typeof value === 'number' && value !== 0 ? this.double(field, value) : this;
  }

  count(field: number, value: unknown): this {
    if (typeof value === 'number' && value > 0) this.varint(field * 8 + VARINT).varint(value);
    return this;
  }

  /** double writes a zero too. */
  double(field: number, value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    return this.varint(field * 8 + FIXED64).push(bytes, bytes.length);
  }

  /** message writes a nested message, an empty one too. */
  message(field: number, value: ProtoWriter): this {
    return this.varint(field * 8 + BYTES)
      .varint(value.size)
      .push(value, value.size);
  }

  /** each writes a message for each item of a list, which may be missing. */
  each(field: number, items: unknown, render: (item: Record<string, unknown>) => ProtoWriter): this {
    for (const item of Array.isArray(items) ? items : []) this.message(field, render(item as Record<string, unknown>));
    return this;
  }

  finish(): Buffer {
    const bytes = Buffer.allocUnsafe(this.size);
    this.writeTo(bytes, 0);
    return bytes;
  }

  private text(field: number, value: string): void {
    const size = Buffer.byteLength(value);
    this.varint(field * 8 + BYTES)
      .varint(size)
      .push(value, size);
  }

  private varint(value: number): this {
    return this.push(value, sizeOf(value));
  }

  private push(part: Part, size: number): this {
    this.parts.push(part);
    this.size += size;
    return this;
  }

  /** writeTo writes the message from `at` on, and answers where it ends. */
  private writeTo(bytes: Buffer, at: number): number {
    for (const part of this.parts) {
      if (typeof part === 'string') at += bytes.write(part, at);
      else if (typeof part === 'number') at = writeVarint(bytes, at, part);
      else if (part instanceof ProtoWriter) at = part.writeTo(bytes, at);
      else {
        bytes.set(part, at);
        at += part.length;
      }
    }
    return at;
  }
}

function sizeOf(varint: number): number {
  let size = 1;
  for (let rest = varint; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}

function writeVarint(bytes: Buffer, at: number, value: number): number {
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  return at;
}
