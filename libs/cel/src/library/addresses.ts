import { isIPv4, isIPv6 } from 'node:net';
import { sum } from '../cost/interval';
import { characters, ONE, sized, through, traversal, type CostModel } from '../cost/model';
import { fn, method, type Library } from '../environment';
import { CelError } from '../errors';
import { BOOL, INT, opaque, STRING } from '../types';
import { Opaque } from '../values';

const IP = opaque('net.IP');
const CIDR = opaque('net.CIDR');

/** IpValue is an address: its bits as a number, 32 or 128 of them. */
class IpValue extends Opaque {
  readonly type = IP;
  constructor(
    readonly bits: bigint,
    readonly width: 32 | 128,
  ) {
    super();
  }
  equals(other: IpValue): boolean {
    return this.width === other.width && this.bits === other.bits;
  }
}

/** CidrValue is an address with the length of its network's prefix. */
class CidrValue extends Opaque {
  readonly type = CIDR;
  constructor(
    readonly ip: IpValue,
    readonly prefix: number,
  ) {
    super();
  }
  equals(other: CidrValue): boolean {
    return this.ip.equals(other.ip) && this.prefix === other.prefix;
  }
}

function readIp(text: string): IpValue | string {
  if (isIPv4(text))
    return new IpValue(
      text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n),
      32,
    );
  if (!isIPv6(text))
    return `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): unable to parse IP`;
  if (text.includes('%')) return `IP address ${JSON.stringify(text)} with zone value is not allowed`;
  if (/^::ffff:/i.test(text) && text.includes('.'))
    return `IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const plain = dotted ? dotted[1]! + groupsOfV4(dotted[2]!) : text;
  const [head, tail] = plain.split('::') as [string, string?];
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const before = groups(head);
  const after = groups(tail);
  const all =
    tail === undefined ? before : [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  const bits = all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  if (bits >> 32n === 0xffffn) return `IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`;
  return new IpValue(bits, 128);
}

function groupsOfV4(text: string): string {
  const [a, b, c, d] = text.split('.').map(Number) as [number, number, number, number];
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function ip(text: string): IpValue {
  const address = readIp(text);
  if (typeof address === 'string') throw new CelError(address);
  return address;
}

/** ipText is the canonical form: the longest run of zero groups, the first of several, is left out. */
function ipText({ bits, width }: IpValue): string {
  if (width === 32) return [24n, 16n, 8n, 0n].map(shift => (bits >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === '0') end++;
    if (end - i > best.length) best = { at: i, length: end - i };
  }
  if (best.at < 0) return groups.join(':');
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`;
}

function readCidr(text: string): CidrValue | undefined {
  const m = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const address = m && readIp(m[1]!);
  if (!address || typeof address === 'string' || Number(m[2]) > address.width) return undefined;
  return new CidrValue(address, Number(m[2]));
}

function cidr(text: string): CidrValue {
  const value = readCidr(text);
  if (!value)
    throw new CelError(
      `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): unable to parse`,
    );
  return value;
}

const network = ({ bits, width }: IpValue, prefix: number) => bits >> BigInt(width - prefix);
function containsIp({ ip: own, prefix }: CidrValue, other: IpValue): boolean {
  return own.width === other.width && network(own, prefix) === network(other, prefix);
}
const containsCidr = (outer: CidrValue, inner: CidrValue) =>
  inner.prefix >= outer.prefix && containsIp(outer, inner.ip);
function masked({ ip: { bits, width }, prefix }: CidrValue): CidrValue {
  const rest = BigInt(width - prefix);
  return new CidrValue(new IpValue((bits >> rest) << rest, width), prefix);
}

/** isWithin tells whether an address lies in a network, each by family. */
const isWithin = (address: IpValue, ...networks: readonly string[]) =>
  networks.some(text => containsIp(cidr(text), address));
const isLoopback = (address: IpValue) => isWithin(address, '127.0.0.0/8', '::1/128');
const isMulticast = (address: IpValue) => isWithin(address, '224.0.0.0/4', 'ff00::/8');
const isLinkLocalUnicast = (address: IpValue) => isWithin(address, '169.254.0.0/16', 'fe80::/10');
const isLinkLocalMulticast = (address: IpValue) => isWithin(address, '224.0.0.0/24', 'ff02::/16');
const isUnspecified = ({ bits }: IpValue) => bits === 0n;
const isGlobalUnicast = (address: IpValue) =>
  !isLoopback(address) &&
  !isMulticast(address) &&
  !isLinkLocalUnicast(address) &&
  !isUnspecified(address) &&
  !isWithin(address, '255.255.255.255/32');

function isCanonical(text: string): boolean {
  return ipText(ip(text)) === text;
}

const reading = { costs: traversal() };
/** AN_ADDRESS is how many bytes it has. */
const AN_ADDRESS = { min: 4, max: 16 };

/** within compares an address (or a network, which is masked first) with a network; as a text it is read before. */
function within(part: 'address' | 'network', given: 'value' | 'read' = 'value'): CostModel {
  const [isNetwork, isText] = [part === 'network', given === 'read'];
  return {
    cost([network, value]) {
      const bytes = Math.ceil((network as CidrValue).prefix / 8);
      const masking = isNetwork ? characters(bytes) + 1 : 0;
      return characters(2 * bytes) + masking + (isText ? characters(sized(value)) : 0);
    },
    estimate([, value]) {
      const compared = through(sum(AN_ADDRESS, AN_ADDRESS));
      const masking = isNetwork ? [through(AN_ADDRESS), ONE] : [];
      return { cost: sum(compared, ...masking, ...(isText ? [through(value!.size)] : [])) };
    },
  };
}

const property = (test: (address: IpValue) => boolean) => [method([IP], BOOL, test)];

/** ADDRESSES are the functions of IP addresses and networks. */
export const ADDRESSES: Library = {
  ip: [fn([STRING], IP, ip, reading), method([CIDR], IP, (value: CidrValue) => value.ip)],
  isIP: [fn([STRING], BOOL, (text: string) => typeof readIp(text) !== 'string', reading)],
  'ip.isCanonical': [fn([STRING], BOOL, isCanonical, { costs: traversal(2) })],
  family: [method([IP], INT, ({ width }: IpValue) => (width === 32 ? 4n : 6n))],
  isUnspecified: property(isUnspecified),
  isLoopback: property(isLoopback),
  isLinkLocalMulticast: property(isLinkLocalMulticast),
  isLinkLocalUnicast: property(isLinkLocalUnicast),
  isGlobalUnicast: property(isGlobalUnicast),
  string: [
    fn([IP], STRING, ipText),
    fn([CIDR], STRING, ({ ip: address, prefix }: CidrValue) => `${ipText(address)}/${prefix}`),
  ],
  cidr: [fn([STRING], CIDR, cidr, reading)],
  isCIDR: [fn([STRING], BOOL, (text: string) => readCidr(text) !== undefined, reading)],
  containsIP: [
    method([CIDR, IP], BOOL, containsIp, { costs: within('address') }),
    method([CIDR, STRING], BOOL, (own: CidrValue, text: string) => containsIp(own, ip(text)), {
      costs: within('address', 'read'),
    }),
  ],
  containsCIDR: [
    method([CIDR, CIDR], BOOL, containsCidr, { costs: within('network') }),
    method([CIDR, STRING], BOOL, (own: CidrValue, text: string) => containsCidr(own, cidr(text)), {
      costs: within('network', 'read'),
    }),
  ],
  masked: [method([CIDR], CIDR, masked)],
  prefixLength: [method([CIDR], INT, ({ prefix }: CidrValue) => BigInt(prefix))],
};
