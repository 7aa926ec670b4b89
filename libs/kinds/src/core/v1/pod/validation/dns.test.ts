import { expect, test } from '@jest/globals';
import { Path } from '@navarch/apimachinery';
import { validateDNSConfig } from './dns';

const searched = (emulated: number, ...searches: string[]) =>
  validateDNSConfig({ searches }, 'ClusterFirst', Path.at('d'), { emulated }).map(({ field, message }) =>
    `${field}: ${message}`.replace(/: a lowercase RFC 1123 subdomain.*/, ''),
  );

test.each([
  [25, 'a.', ['d.searches[0]: Invalid value: "a."']],
  [26, 'a.', []],
  [32, '_a.b.', ['d.searches[0]: Invalid value: "_a.b"']],
  [33, '_a.b_c.', []],
  [33, '__a', ['d.searches[0]: Invalid value: "__a"']],
  [32, '.', ['d.searches[0]: Invalid value: ""']],
  [33, '.', []],
])('1.%d searches %s', (emulated, search, findings) => {
  expect(searched(emulated, search)).toEqual(findings);
});

test('more domains are searched since 1.26', () => {
  const many = Array.from({ length: 7 }, (_, i) => `d${i}`);
  expect([searched(25, ...many).length, searched(26, ...many).length]).toEqual([1, 0]);
});
