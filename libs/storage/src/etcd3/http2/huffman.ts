import { ProtocolViolation } from './protocol';

/** LENGTHS are the bits of each byte's code in RFC 7541, appendix B, and of the end's. Codes of a length follow each other, so the lengths are all. */
const LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];
const END = 256;
const LONGEST = 30;

/** Codes are those of one length: `count` of them from `first` on, for the symbols from `offset` on. */
interface Codes {
  readonly first: number;
  readonly count: number;
  readonly offset: number;
}

const symbols = LENGTHS.map((_, symbol) => symbol).sort((a, b) => LENGTHS[a]! - LENGTHS[b]! || a - b);
const codesByLength = canonical();

function canonical(): readonly Codes[] {
  const all: Codes[] = [{ first: 0, count: 0, offset: 0 }];
  for (let length = 1; length <= LONGEST; length++) {
    const before = all[length - 1]!;
    const count = LENGTHS.filter(each => each === length).length;
    all.push({ first: (before.first + before.count) * 2, count, offset: before.offset + before.count });
  }
  return all;
}

/** decodeHuffman is the text of a string that HPACK encoded, a character for each byte; it throws for what no encoder makes. */
export function decodeHuffman(bytes: Buffer): string {
  const text: number[] = [];
  let [code, length] = [0, 0];
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      length++;
      const { first, count, offset } = codesByLength[length]!;
      if (code - first >= count) continue;
      const symbol = symbols[offset + code - first]!;
      if (symbol === END) throw new ProtocolViolation('COMPRESSION_ERROR', 'a coded string has its end within');
      text.push(symbol);
      code = length = 0;
    }
  }
  // What is left over of the last byte is the beginning of the end's code: ones.
  if (length > 7 || code !== 2 ** length - 1) {
    throw new ProtocolViolation('COMPRESSION_ERROR', 'a coded string ends within a code');
  }
  return Buffer.from(text).toString('latin1');
}
