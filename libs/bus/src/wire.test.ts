import { expect, test } from '@jest/globals';
import { isSafeHeader, parseCount, parseCounts } from './wire';

test.each<[string | undefined, number]>([
  ['2048', 2048],
  ['0', 0],
  [undefined, 0],
  ['', 0],
  ['many', 0],
  ['-1', 0],
  ['1.5', 0],
  ['Infinity', 0],
  ['1e300', 0],
])('the count in %j is %d', (text, count) => expect(parseCount(text)).toBe(count));

test.each<[string, object | undefined]>([
  ['{"1":5}', { 1: 5 }],
  ['{"1":"5"}', undefined],
  ['[5]', undefined],
  ['{', undefined],
  ['{"__proto__":1}', JSON.parse('{"__proto__":1}') as object],
])('the counts in %s are %j', (body, counts) => {
  expect(parseCounts(Buffer.from(body))).toEqual(counts && new Map(Object.entries(counts)));
});

test.each<[string, string, boolean]>([
  ['accept', 'application/json', true],
  ['accept', 'a\r\nbus-status: 200', false],
  ['bus-status', '200', false],
  ['a b', 'c', false],
])('the header %s: %j', (name, value, safe) => expect(isSafeHeader(name, value)).toBe(safe));
