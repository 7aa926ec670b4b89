import { staticIndex, type Field } from './header-table';

/** NO_TABLE says that nothing is remembered, whatever table the peer allows: each block stands by itself. */
const NO_TABLE = 0x20;
/** LONGEST_INTEGER is what a number takes at most, FIELD_OVERHEAD what a field takes besides its text. */
const LONGEST_INTEGER = 6;
const FIELD_OVERHEAD = 3 * LONGEST_INTEGER;
const ROOM = 4096;
/** FORBIDDEN would end a field for whoever passes it on by HTTP/1.1, as it is or by the lower half of its code. */
const FORBIDDEN = /[\0\r\n\u0100-\uffff]/;

/** room is where blocks are put together. */
let room = Buffer.allocUnsafeSlow(ROOM);
let at = 0;

/**
 * encodeHeaders makes a header block (HPACK) that means the same wherever on a connection it is sent, so that it can be made once. It throws
 * for a value that is none.
 */
export function encodeHeaders(fields: readonly Field[]): Buffer {
  let size = 1;
  for (const { name, value } of fields) size += name.length + value.length + FIELD_OVERHEAD;
  if (size > room.length) room = Buffer.allocUnsafeSlow(2 * size);
  at = 0;
  room[at++] = NO_TABLE;
  for (const { name, value } of fields) {
    const whole = staticIndex(name, value);
    if (whole) {
      integer(0x80, 7, whole);
      continue;
    }
    if (FORBIDDEN.test(value))
      throw new Error(`the header ${name} has a line break, or what is not Latin-1, in its value`);
    const index = staticIndex(name);
    integer(0, 4, index);
    if (!index) text(name);
    text(value);
  }
  return Buffer.from(room.subarray(0, at));
}

function text(value: string): void {
  integer(0, 7, value.length);
  at += room.write(value, at, 'latin1');
}

/** integer writes a number into the lower `bits` of a byte whose upper ones are given, and into the bytes behind it. */
function integer(upper: number, bits: number, value: number): void {
  const full = 2 ** bits - 1;
  if (value < full) {
    room[at++] = upper | value;
    return;
  }
  room[at++] = upper | full;
  let rest = value - full;
  for (; rest > 0x7f; rest >>>= 7) room[at++] = (rest & 0x7f) | 0x80;
  room[at++] = rest;
}
