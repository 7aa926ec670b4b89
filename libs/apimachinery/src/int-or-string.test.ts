import { describe, expect, test } from '@jest/globals';
import { goPrint, goQuote } from './go-print';
import { percentOf, scaledValue } from './int-or-string';

describe('scaledValue', () => {
  test.each([
    [3, 10, true, 3],
    ['25%', 10, true, 3],
    ['25%', 10, false, 2],
    ['0%', 10, true, 0],
    ['100%', 7, false, 7],
    ['29%', 100, true, 29],
  ])('%p of %p is %p: %p', (value, total, roundUp, scaled) => {
    expect(scaledValue(value, total, roundUp)).toBe(scaled);
  });
  test('text that is no percentage is refused', () => {
    expect(() => scaledValue('x', 1, true)).toThrow('invalid type: string is not a percentage');
    expect(() => scaledValue('x%', 1, true)).toThrow('strconv.Atoi: parsing "x": invalid syntax');
    expect([percentOf('25%'), percentOf('25'), percentOf(25)]).toEqual([25, undefined, undefined]);
  });
});

test('values print as Go prints them', () => {
  expect(goPrint({ b: [1, 'x', null], a: { c: true } })).toBe('map[a:map[c:true] b:[1 x <nil>]]');
  expect(goQuote('a"\n')).toBe('"a\\"\\n"');
  expect(goQuote('\x01\x07\v\x7f\x85\u200b\u{e0001}é\\u0001')).toBe(
    String.raw`"\x01\a\v\x7f\u0085\u200b\U000e0001é\\u0001"`,
  );
});
