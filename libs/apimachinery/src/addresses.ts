import { isCIDR, isValidIP } from './names';

/** SLOPPY is the release whose reading of addresses is the most generous one. */
const SLOPPY = { emulated: 33 } as const;

const BITS = { v4: 32, v6: 128 } as const;
const MAPPED = 0xffffn;

/** Address is an IP address as a number. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** plainIP is an address in its usual form: `010.1.2.3` and `::ffff:a01:203` are 10.1.2.3. What is no address comes back as it is. */
export function plainIP(text: string): string {
  const isPlain = !text.includes(':') && isValidIP(text).length === 0;
  return isPlain || isValidIP(text, SLOPPY).length ? text : showIP(parseIP(text));
}

/** plainCIDR is a block of addresses in its usual form, but that bits beyond the prefix stay. What is none comes back as it is. */
export function plainCIDR(text: string): string {
  if (isCIDR(text, SLOPPY).length) return text;
  const [ip = '', length = ''] = text.split('/');
  const address = parseIP(ip);
  return `${showIP(address)}/${Number(length) - (isMapped(address) ? 96 : 0)}`;
}

/** isMapped: it is an IPv4 address that is written as an IPv6 one. */
export const isMapped = ({ bits, value }: Address) => bits === BITS.v6 && value >> 32n === MAPPED;

/** parseIP reads a valid address; the zeros before its dotted numbers mean nothing. */
export function parseIP(text: string): Address {
  if (!text.includes(':')) return { bits: BITS.v4, value: join(text.split('.').map(Number), 8n) };
  // The last two groups may be written as an IPv4 address.
  const groups = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a, b, c, d] = parts.map(Number) as [number, number, number, number];
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = [], tail] = groups.split('::').map(half => (half ? half.split(':') : []));
  const zeros = tail ? Array<string>(8 - head.length - tail.length).fill('0') : [];
  return {
    bits: BITS.v6,
    value: join(
      [...head, ...zeros, ...(tail ?? [])].map(group => parseInt(group, 16)),
      16n,
    ),
  };
}

const join = (parts: readonly number[], width: bigint) =>
  parts.reduce((value, part) => (value << width) | BigInt(part), 0n);

/** showIP is an address in its usual form: an IPv6 one as RFC 5952 has it, a mapped one as the IPv4 one that it is. */
export function showIP(address: Address): string {
  const { bits, value } = address;
  const part = (shift: number, mask: bigint) => Number((value >> BigInt(shift)) & mask);
  if (bits === BITS.v4 || isMapped(address)) return [24, 16, 8, 0].map(shift => part(shift, 0xffn)).join('.');
  const groups = [112, 96, 80, 64, 48, 32, 16, 0].map(shift => part(shift, MAPPED).toString(16));
  const zeros = longest(groups);
  if (zeros.length < 2) return groups.join(':');
  return `${groups.slice(0, zeros.start).join(':')}::${groups.slice(zeros.start + zeros.length).join(':')}`;
}

/** The longest run of groups that are zero, the first of several. */
function longest(groups: readonly string[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, i) => {
    if (group !== '0') start = i + 1;
    else if (i + 1 - start > best.length) best = { start, length: i + 1 - start };
  });
  return best;
}
