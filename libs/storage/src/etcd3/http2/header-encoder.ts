import { staticIndex, type Field } from './header-table';

/** NO_TABLE says that nothing is remembered, whatever table the peer allows: each block stands by itself. */
const NO_TABLE = 0x20;

/** encodeHeaders makes a header block (HPACK) that means the same wherever on a connection it is sent, so that it can be made once. */
export function encodeHeaders(fields: readonly Field[]): Buffer {
  const bytes = [NO_TABLE];
  for (const { name, value } of fields) {
    const whole = staticIndex(name, value);
    if (whole) {
      integer(bytes, 0x80, 7, whole);
      continue;
    }
    const index = staticIndex(name);
    integer(bytes, 0, 4, index);
    if (!index) text(bytes, name);
    text(bytes, value);
  }
  return Buffer.from(bytes);
}

function text(bytes: number[], value: string): void {
  const encoded = Buffer.from(value, 'latin1');
  integer(bytes, 0, 7, encoded.length);
  bytes.push(...encoded);
}

/** integer writes a number into the lower `bits` of a byte whose upper ones are given, and into the bytes behind it. */
function integer(bytes: number[], upper: number, bits: number, value: number): void {
  const full = 2 ** bits - 1;
  if (value < full) {
    bytes.push(upper | value);
    return;
  }
  bytes.push(upper | full);
  let rest = value - full;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
}
