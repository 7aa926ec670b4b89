import { expect, test } from '@jest/globals';
import { plainCIDR, plainIP } from './addresses';
import { isCIDR, isValidIP, isValidIPv4, isValidIPv6 } from './names';

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['010.000.0.01', '10.0.0.1'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['::FFFF:0102:0304', '1.2.3.4'],
  ['FD00:0::1', 'fd00::1'],
  ['example.com', 'example.com'],
  ['', ''],
])('the usual form of %s', (text, plain) => {
  expect(plainIP(text)).toBe(plain);
});

test.each([
  ['10.0.0.1/8', '10.0.0.1/8'],
  ['010.0.0.0/08', '10.0.0.0/8'],
  ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
  ['FD00::/64', 'fd00::/64'],
  ['x/8', 'x/8'],
])('the usual form of %s', (text, plain) => {
  expect(plainCIDR(text)).toBe(plain);
});

const later = { emulated: 33 };
test('zeros before a number are read over since v1.22', () => {
  expect([isValidIP('010.0.0.1'), isValidIP('010.0.0.1', later)]).toEqual([[expect.stringMatching(/^must be/)], []]);
  expect(isValidIP('::ffff:010.0.0.1', later)).toEqual([]);
  expect(isValidIP('0256.0.0.1', later)).toHaveLength(1);
  expect(isValidIP('::00001', later)).toHaveLength(1);
  expect(isCIDR('010.0.0.0/8', later)).toEqual([]);
});

test('before the length of a prefix they are always', () => {
  expect(isCIDR('10.0.0.0/08')).toEqual([]);
  expect(isCIDR('10.0.0.0/033')).toHaveLength(1);
  expect(isCIDR('10.0.0.0/')).toHaveLength(1);
});

test('an IPv4 address that is written as an IPv6 one is of its own family', () => {
  expect([isValidIPv4('::ffff:1.2.3.4'), isValidIPv6('::ffff:1.2.3.4')]).toEqual([
    [],
    ['must be a valid IPv6 address'],
  ]);
  expect([isValidIPv4('fd00::1'), isValidIPv6('fd00::1')]).toEqual([['must be a valid IPv4 address'], []]);
  expect(isValidIPv4('x')).toEqual(['must be a valid IPv4 address']);
});
