import { expect, test } from '@jest/globals';
import { Warnings } from './warnings';

function headerOf(texts: readonly string[]): string {
  const warnings = new Warnings();
  for (const text of texts) warnings.add(text);
  return warnings.header();
}

test.each([
  [['a'], '299 - "a"'],
  [['a', 'b', 'a'], '299 - "a", 299 - "b"'],
  [['say "x" \\'], '299 - "say \\"x\\" \\\\"'],
  [['line\r\nbreak', 'a'], '299 - "a"'],
  [['gr\u00fcn \u65e5'], '299 - "gr\u00c3\u00bcn \u00e6\u0097\u00a5"'],
])('the header of %j', (texts, header) => {
  expect(headerOf(texts)).toBe(header);
});

test.each<[string, string[], string[]]>([
  ['long ones, if they are few', ['x'.repeat(4000), 'y'], ['x'.repeat(4000), 'y']],
  ['all cut, if they are too long', ['x'.repeat(4000), 'y'.repeat(97), 'z'], ['x'.repeat(256), 'y'.repeat(97), 'z']],
  ['one that is too long', ['x'.repeat(3_000_000)], ['x'.repeat(256)]],
  [
    'none past the bound',
    Array.from({ length: 20 }, (_, i) => String.fromCharCode(97 + i).repeat(300)),
    Array.from({ length: 16 }, (_, i) => String.fromCharCode(97 + i).repeat(256)),
  ],
])('warnings are told: %s', (_, texts, told) => {
  expect(headerOf(texts)).toBe(told.map(text => `299 - "${text}"`).join(', '));
});
