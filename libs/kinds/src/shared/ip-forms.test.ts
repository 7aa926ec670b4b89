import { expect, test } from '@jest/globals';
import { Path } from '@navarch/apimachinery';
import { cidrWarnings, ipWarnings, strictCIDR, strictIP } from './ip-forms';

const at = Path.at('x');
const invalid = (what: string, text: string, usual: string) =>
  `x: non-standard ${what} "${text}" will be considered invalid in a future Kubernetes release: use "${usual}"`;

test.each<[ip: string, warnings: string[]]>([
  ['10.0.0.1', []],
  ['fd00::1', []],
  ['::', []],
  ['nonsense', []],
  ['fd00:0:0:0:0:0:0:1', ['x: IPv6 address "fd00:0:0:0:0:0:0:1" should be in RFC 5952 canonical format ("fd00::1")']],
  ['FD00::A', ['x: IPv6 address "FD00::A" should be in RFC 5952 canonical format ("fd00::a")']],
  ['1:0:0:2:0:0:0:3', ['x: IPv6 address "1:0:0:2:0:0:0:3" should be in RFC 5952 canonical format ("1:0:0:2::3")']],
  ['::ffff:1.2.3.4', [invalid('IP address', '::ffff:1.2.3.4', '1.2.3.4')]],
  ['010.0.0.001', [invalid('IP address', '010.0.0.001', '10.0.0.1')]],
])('%s', (ip, warnings) => {
  expect(ipWarnings(ip, at)).toEqual(warnings);
});

test.each<[cidr: string, warnings: string[]]>([
  ['10.0.0.0/8', []],
  ['0.0.0.0/0', []],
  ['fd00::/64', []],
  [
    '192.168.1.5/24',
    ['x: CIDR value "192.168.1.5/24" is ambiguous in this context (should be "192.168.1.0/24" or "192.168.1.5/32"?)'],
  ],
  ['FD00::/64', ['x: IPv6 CIDR value "FD00::/64" should be in RFC 5952 canonical format ("fd00::/64")']],
  ['::ffff:10.0.0.0/104', [invalid('CIDR value', '::ffff:10.0.0.0/104', '10.0.0.0/8')]],
  ['010.0.0.0/08', [invalid('CIDR value', '010.0.0.0/08', '10.0.0.0/8')]],
])('%s', (cidr, warnings) => {
  expect(cidrWarnings(cidr, at)).toEqual(warnings);
});

test.each<[ip: string, problems: string[]]>([
  ['10.0.0.1', []],
  ['fd00::1', []],
  ['x', ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
  ['010.0.0.1', ['must not have leading 0s']],
  ['::ffff:1.2.3.4', ['must not be an IPv4-mapped IPv6 address']],
  ['fd00::0:1', ['must be in canonical form ("fd00::1")']],
])('%s, strictly', (ip, problems) => {
  expect(strictIP(ip)).toEqual(problems);
});

test.each<[cidr: string, problems: string[]]>([
  ['10.0.0.0/8', []],
  ['fd00::/64', []],
  ['x/8', ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
  ['10.00.0.0/8', ['must not have leading 0s in IP or prefix length']],
  ['10.0.0.0/099', ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
  ['10.0.0.0/08', ['must not have leading 0s in IP or prefix length']],
  ['10.0.0.1/8', ['must not have bits set beyond the prefix length']],
  ['::ffff:10.0.0.0/104', ['must not have an IPv4-mapped IPv6 address']],
  ['FD00::/64', ['must be in canonical form ("fd00::/64")']],
])('%s, strictly', (cidr, problems) => {
  expect(strictCIDR(cidr)).toEqual(problems);
});
