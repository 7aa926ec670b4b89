/** ProtoWriter writes a protobuf message field by field, in the order of its calls. Empty values are left out. */
export class ProtoWriter {
  private readonly parts: Buffer[] = [];
  private size = 0;

  string(field: number, value: unknown): this {
    if (typeof value === 'string' && value !== '') this.bytes(field, Buffer.from(value));
    return this;
  }

  strings(field: number, values: unknown): this {
    for (const value of Array.isArray(values) ? values : []) this.bytes(field, Buffer.from(String(value)));
    return this;
  }

  bool(field: number, value: unknown): this {
    if (value === true) this.push(Buffer.concat([varint(field * 8), Buffer.from([1])]));
    return this;
  }

  double(field: number, value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.push(Buffer.concat([varint(field * 8 + 1), bytes]));
    return this;
  }

  /** message writes a nested message, an empty one too. */
  message(field: number, value: ProtoWriter): this {
    this.push(Buffer.concat([varint(field * 8 + 2), varint(value.size)]));
    for (const part of value.parts) this.push(part);
    return this;
  }

  /** each writes a message for each item of a list, which may be missing. */
  each(field: number, items: unknown, render: (item: Record<string, unknown>) => ProtoWriter): this {
    for (const item of Array.isArray(items) ? items : []) this.message(field, render(item as Record<string, unknown>));
    return this;
  }

  finish(): Buffer {
    return Buffer.concat(this.parts, this.size);
  }

  private bytes(field: number, value: Buffer): void {
    this.push(Buffer.concat([varint(field * 8 + 2), varint(value.length), value]));
  }

  private push(part: Buffer): void {
    this.parts.push(part);
    this.size += part.length;
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
