import { BlockList } from 'node:net';
import { field, plainIP, type FieldError, type Path } from '@navarch/apimachinery';
import type { Release } from './errors';

const family = (ip: string) => (ip.includes(':') ? 'ipv6' : 'ipv4');

function block(...ranges: readonly (readonly [address: string, bits: number])[]): (ip: string) => boolean {
  const list = new BlockList();
  for (const [address, bits] of ranges) list.addSubnet(address, bits, family(address));
  return text => {
    const ip = plainIP(text);
    return list.check(ip, family(ip));
  };
}

const isUnspecified = block(['0.0.0.0', 32], ['::', 128]);
const isLoopback = block(['127.0.0.0', 8], ['::1', 128]);
const isLinkLocal = block(['169.254.0.0', 16], ['fe80::', 10]);
const isLinkLocalMulticast = block(['224.0.0.0', 24], ['ff02::', 16]);

/** BOTH is the first release that tells the ranges of both families. */
const BOTH = 21;

/** validateNonSpecialIP refuses well-formed addresses that no remote peer can have. */
export function validateNonSpecialIP(ip: string, path: Path, { emulated }: Release): FieldError[] {
  const both = (range: string) => (emulated < BOTH ? '' : range);
  const say = (what: string) => [field.invalid(path, ip, `may not be ${what}`)];
  if (isUnspecified(ip)) return say(`unspecified (${ip})`);
  if (isLoopback(ip)) return say(`in the loopback range (127.0.0.0/8${both(', ::1/128')})`);
  if (isLinkLocal(ip)) return say(`in the link-local range (169.254.0.0/16${both(', fe80::/10')})`);
  if (isLinkLocalMulticast(ip)) return say(`in the link-local multicast range (224.0.0.0/24${both(', ff02::/10')})`);
  return [];
}
