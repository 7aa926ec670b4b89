import { expect, test } from '@jest/globals';
import { queryOf, warningHeader } from './exchange';

test.each([
  ['limit=1&watch=1', 'limit=1&watch=1'],
  ['limit=%zz&watch=1', 'watch=1'],
  ['limit=1;continue=x', ''],
  ['a=%', ''],
  ['labelSelector=a%3Db+c', 'labelSelector=a%3Db+c'],
])('the query %s is read as %s', (text, read) => {
  expect(queryOf(text).toString()).toBe(read);
});

test.each<[string, string[], string[]]>([
  ['one each', ['a', 'b "c"', 'a'], ['a', 'b \\"c\\"']],
  ['long ones, if they are few', ['x'.repeat(4000), 'y'], ['x'.repeat(4000), 'y']],
  ['all cut, if they are too long', ['x'.repeat(4000), 'y'.repeat(97), 'z'], ['x'.repeat(256), 'y'.repeat(97), 'z']],
  [
    'none past the bound',
    Array.from({ length: 20 }, (_, i) => String.fromCharCode(97 + i).repeat(300)),
    Array.from({ length: 16 }, (_, i) => String.fromCharCode(97 + i).repeat(256)),
  ],
])('warnings are told: %s', (_, texts, told) => {
  expect(warningHeader(texts)).toBe(told.map(text => `299 - "${text}"`).join(', '));
});
