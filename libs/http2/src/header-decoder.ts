import { HeaderTable, fieldSize, type Field } from './header-table';
import { decodeHuffman } from './huffman';
import { ProtocolViolation } from './protocol';

/** TABLE_SIZE is HPACK's default, which is small and nobody has to agree on. */
export const TABLE_SIZE = 4_096;
/** MAX_LIST bounds the fields of one block unless told otherwise, as fieldSize counts them: a short block can name long ones many times. */
const MAX_LIST = 64 * 1024;

/** HeaderDecoder reads the header blocks of one connection (HPACK, RFC 7541). Every block has to pass through it, in order. */
export class HeaderDecoder {
  private readonly table: HeaderTable;
  private block: Buffer = Buffer.alloc(0);
  private at = 0;

  constructor(
    private readonly tableSize = TABLE_SIZE,
    private readonly maxList = MAX_LIST,
  ) {
    this.table = new HeaderTable(tableSize);
  }

  /** decode answers the fields of a whole block; it throws a ProtocolViolation, after which the connection is of no use. */
  decode(block: Buffer): readonly Field[] {
    const fields: Field[] = [];
    let size = 0;
    this.block = block;
    this.at = 0;
    while (this.at < block.length) {
      const byte = block[this.at]!;
      // The first bits tell: 1 indexed, 01 remembered, 001 another table size, 000 not remembered.
      if (byte >= 0x20 && byte < 0x40) {
        this.resize(fields.length > 0);
        continue;
      }
      const field = byte >= 0x80 ? this.known(this.integer(7)) : this.literal(byte >= 0x40 ? 6 : 4);
      if (byte >= 0x40 && byte < 0x80) this.table.add(field);
      size += fieldSize(field);
      if (size > this.maxList) throw new ProtocolViolation('ENHANCE_YOUR_CALM', 'too many headers');
      fields.push(field);
    }
    return fields;
  }

  private resize(late: boolean): void {
    const size = this.integer(5);
    if (late || size > this.tableSize) throw malformed('a table size that is not allowed');
    this.table.resize(size);
  }

  private known(index: number): Field {
    const field = this.table.at(index);
    if (!field) throw malformed(`no header with index ${index}`);
    return field;
  }

  private literal(bits: number): Field {
    const index = this.integer(bits);
    const name = index ? this.known(index).name : this.text();
    return { name, value: this.text() };
  }

  private text(): string {
    const coded = this.block[this.at]! >= 0x80;
    const length = this.integer(7);
    const end = this.at + length;
    if (end > this.block.length) throw malformed('a header ends early');
    const bytes = this.block.subarray(this.at, end);
    this.at = end;
    return coded ? decodeHuffman(bytes) : bytes.toString('latin1');
  }

  /** integer reads a number that begins in the lower `bits` of the present byte. */
  private integer(bits: number): number {
    const full = 2 ** bits - 1;
    let value = this.byte() & full;
    if (value < full) return value;
    for (let scale = 1; scale <= 2 ** 21; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw malformed('a number is too large');
  }

  private byte(): number {
    const byte = this.block[this.at++];
    if (byte === undefined) throw malformed('a header ends early');
    return byte;
  }
}

function malformed(message: string): ProtocolViolation {
  return new ProtocolViolation('COMPRESSION_ERROR', message);
}
