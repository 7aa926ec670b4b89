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

/** Node is a place in the tree of codes: behind a bit 0 or 1 there is another, or a symbol, as its complement (~symbol). */
type Node = [number, number];

/** STATES go on from nibble to nibble: what a place in the tree comes to by four bits. `next` < 0: no code, or the end's. */
interface States {
  readonly next: Int16Array;
  /** symbol is what is complete on the way; -1 for none: the shortest code has five bits. */
  readonly symbol: Int16Array;
  /** mayEnd: only ones came since the last symbol, seven at most, which is how a string is filled up. */
  readonly mayEnd: readonly boolean[];
}

const FAILED = -1;
const states = statesOf(tree());

/** tree grows from the lengths: codes of a length follow each other, and those of the next length follow them. */
function tree(): Node[] {
  const nodes: Node[] = [[0, 0]];
  let [code, length] = [0, 0];
  const symbols = LENGTHS.map((_, symbol) => symbol).sort((a, b) => LENGTHS[a]! - LENGTHS[b]! || a - b);
  for (const symbol of symbols) {
    code *= 2 ** (LENGTHS[symbol]! - length);
    length = LENGTHS[symbol]!;
    let place = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const node = nodes[place]!;
      const branch = (code >>> bit) & 1;
      if (!node[branch]) node[branch] = nodes.push([0, 0]) - 1;
      place = node[branch]!;
    }
    nodes[place]![code & 1] = ~symbol;
    code++;
  }
  return nodes;
}

function statesOf(nodes: readonly Node[]): States {
  const next = new Int16Array(nodes.length * 16);
  const symbol = new Int16Array(nodes.length * 16).fill(-1);
  for (const from of nodes.keys()) {
    for (let nibble = 0; nibble < 16; nibble++) {
      const at = from * 16 + nibble;
      let place = from;
      for (let bit = 3; bit >= 0 && place !== FAILED; bit--) {
        const to = nodes[place]![(nibble >> bit) & 1]!;
        if (to >= 0) place = to;
        else if (~to === END) place = FAILED;
        else {
          symbol[at] = ~to;
          place = 0;
        }
      }
      next[at] = place;
    }
  }
  const mayEnd = nodes.map(() => false);
  for (let ones = 0, place = 0; ones < 8; ones++, place = nodes[place]![1]) mayEnd[place] = true;
  return { next, symbol, mayEnd };
}

/** decodeHuffman is the text of a string that HPACK encoded, a character for each byte; it throws for what no encoder makes. */
export function decodeHuffman(bytes: Buffer): string {
  // The shortest code has five bits.
  const text = Buffer.allocUnsafe(Math.ceil((bytes.length * 8) / 5));
  let [length, place] = [0, 0];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    for (let shift = 4; shift >= 0; shift -= 4) {
      const at = place * 16 + ((byte >> shift) & 15);
      place = states.next[at]!;
      if (place === FAILED) throw new ProtocolViolation('COMPRESSION_ERROR', 'a coded string has its end within');
      const symbol = states.symbol[at]!;
      if (symbol >= 0) text[length++] = symbol;
    }
  }
  // What is left over of the last byte is the beginning of the end's code: ones.
  if (!states.mayEnd[place]) throw new ProtocolViolation('COMPRESSION_ERROR', 'a coded string ends within a code');
  return text.toString('latin1', 0, length);
}
