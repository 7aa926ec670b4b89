import { isCIDR, isValidIP, type Path } from '@navarch/apimachinery';

/** FORMS is the first release that warns of addresses which are not written as they should be. */
export const FORMS = 33;

const BITS = { v4: 32, v6: 128 } as const;
const MAPPED = 0xffffn;

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** ipWarnings warn of a valid address that has another form than the usual one. */
export function ipWarnings(text: string, path: Path): string[] {
  if (isValidIP(text).length) return [];
  const address = parse(text);
  const usual = format(address);
  if (isMapped(address)) return [outdated(path, 'IP address', text, usual)];
  return text === usual ? [] : [canonical(path, 'IPv6 address', text, usual)];
}

/** cidrWarnings do the same for a block of addresses; one that names an address within the block may mean something else. */
export function cidrWarnings(text: string, path: Path): string[] {
  if (isCIDR(text).length) return [];
  const [ip = '', length = ''] = text.split('/');
  const address = parse(ip);
  const rest = BigInt(address.bits - Number(length));
  const network = { ...address, value: (address.value >> rest) << rest };
  const usual = `${format(network)}/${isMapped(address) ? Number(length) - 96 : length}`;
  const warnings: string[] = [];
  if (network.value !== address.value) {
    const single = `${format(address)}/${isMapped(address) ? BITS.v4 : address.bits}`;
    warnings.push(
      `${path.toString()}: CIDR value ${JSON.stringify(text)} is ambiguous in this context (should be ${JSON.stringify(usual)} or ${JSON.stringify(single)}?)`,
    );
  }
  if (isMapped(address)) warnings.push(outdated(path, 'CIDR value', text, usual));
  return warnings.length || text === usual ? warnings : [canonical(path, 'IPv6 CIDR value', text, usual)];
}

/** strictIP says what is wrong with an address of a field that takes the usual form only. */
export function strictIP(text: string): string[] {
  const problems = isValidIP(text);
  if (problems.length) return isZeroPadded(text) ? ['must not have leading 0s'] : problems;
  const address = parse(text);
  if (isMapped(address)) return ['must not be an IPv4-mapped IPv6 address'];
  return inForm(text, format(address));
}

/** strictCIDR says what is wrong with a block of such a field. */
export function strictCIDR(text: string): string[] {
  const problems = isCIDR(text);
  const [ip = '', length = ''] = text.split('/');
  if (problems.length) {
    const padded = isCIDR(`${withoutZeros(ip)}/${Number(length)}`).length === 0 && /^\d+$/.test(length);
    return padded ? ['must not have leading 0s in IP or prefix length'] : problems;
  }
  const address = parse(ip);
  if (isMapped(address)) return ['must not have an IPv4-mapped IPv6 address'];
  const rest = BigInt(address.bits - Number(length));
  if ((address.value >> rest) << rest !== address.value) return ['must not have bits set beyond the prefix length'];
  return inForm(text, `${format(address)}/${length}`);
}

const inForm = (text: string, usual: string) =>
  text === usual ? [] : [`must be in canonical form (${JSON.stringify(usual)})`];
const withoutZeros = (ip: string) => ip.replace(/(^|\.)0+(?=\d)/g, '$1');
const isZeroPadded = (ip: string) => !ip.includes(':') && isValidIP(withoutZeros(ip)).length === 0;

const outdated = (path: Path, what: string, text: string, usual: string) =>
  `${path.toString()}: non-standard ${what} ${JSON.stringify(text)} will be considered invalid in a future Kubernetes release: use ${JSON.stringify(usual)}`;
const canonical = (path: Path, what: string, text: string, usual: string) =>
  `${path.toString()}: ${what} ${JSON.stringify(text)} should be in RFC 5952 canonical format (${JSON.stringify(usual)})`;

/** An IPv4 address that is written as an IPv6 one. */
const isMapped = ({ bits, value }: Address) => bits === BITS.v6 && value >> 32n === MAPPED;

function parse(text: string): Address {
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

function format(address: Address): string {
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
