import { describe, expect, test } from '@jest/globals';
import { TTL, hasTtl, secondsOf, stepFor } from './plan';

describe('stepFor', () => {
  test.each([
    ['a new cluster', 1, 0, 0],
    ['the last node of the first step', 100, 0, 0],
    ['one more', 101, 0, 15],
    ['a little smaller again', 95, 1, 15],
    ['below the overlap', 89, 1, 0],
    ['many at once', 3000, 0, 300],
    ['the largest', 20_000, 0, 600],
    ['all but one gone', 1, 5, 0],
  ])('%s', (_name, nodes, step, seconds) => expect(secondsOf(stepFor(nodes, step))).toBe(seconds));
});

test.each([
  ['none', undefined, false],
  ['the same', '15', true],
  ['another', '0', false],
  ['no number', 'x', false],
])('hasTtl: %s', (_name, text, has) => {
  expect(hasTtl({ metadata: { name: 'n', annotations: text === undefined ? {} : { [TTL]: text } } }, 15)).toBe(has);
});
