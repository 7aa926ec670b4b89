import type { Range } from './range-allocator';

/** ipv4ToNumber reads a dotted address; undefined if it is none. */
export function ipv4ToNumber(text: string): number | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (!match) return undefined;
  const parts = match.slice(1).map(Number);
  if (parts.some(part => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** numberToIpv4 reverses ipv4ToNumber. */
export function numberToIpv4(value: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** MAX_ADDRESSES bounds the record: larger networks are used in part. */
const MAX_ADDRESSES = 65_536;

/** clusterIpRange is the range of a service network, without its network and broadcast address. The first is the apiserver's own. */
export function clusterIpRange(cidr: string): Range {
  const prefix = Number(cidr.split('/')[1]);
  const range = prefix < 8 ? undefined : addressRange(cidr, MAX_ADDRESSES);
  if (range) return range;
  throw new Error(
    `--service-cluster-ip-range: ${JSON.stringify(cidr)} is not an IPv4 network with 8 to 30 prefix bits`,
  );
}

/** addressRange is the range of an IPv4 network with room for an address besides its own; undefined: it is none. `most` bounds it. */
export function addressRange(cidr: string, most = Infinity): Range | undefined {
  const [address, bits = ''] = cidr.split('/');
  const network = ipv4ToNumber(address ?? '');
  const prefix = Number(bits);
  if (network === undefined || !/^\d+$/.test(bits) || prefix > 30) return undefined;
  const total = 2 ** (32 - prefix);
  const first = Math.floor(network / total) * total;
  const size = Math.min(total, most) - 2;
  return {
    name: 'serviceips',
    text: `${numberToIpv4(first)}/${prefix}`,
    base: first + 1,
    size,
    reserved: lowBand(size),
  };
}

/** nodePortRange reads `30000-32767`. */
export function nodePortRange(text: string): Range {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  const base = Number(from);
  const last = Number(to);
  if (!(base >= 1 && last >= base && last <= 65_535))
    throw new Error(`--service-node-port-range: ${JSON.stringify(text)} is not FROM-TO`);
  const size = last - base + 1;
  return {
    name: 'servicenodeports',
    text,
    base,
    size,
    reserved: size < 32 ? 0 : Math.min(128, Math.max(16, Math.floor(size / 32))),
  };
}

/** lowBand is how many low addresses are kept for those who choose them: a sixteenth, at least 16, at most 256. */
function lowBand(size: number): number {
  const band = Math.min(256, Math.max(16, Math.floor(size / 16)));
  return band >= size ? 0 : band;
}
