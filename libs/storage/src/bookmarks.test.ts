import { expect, test } from '@jest/globals';
import { lastBookmarkAt } from './bookmarks';

test.each<[string, number | undefined, number | undefined]>([
  ['no announced end', undefined, undefined],
  ['too short', 1_000, undefined],
  ['just too short', 2_000, undefined],
  ['two seconds before the end', 5_000, 3_000],
])('last bookmark: %s', (_name, timeoutMs, want) => {
  expect(lastBookmarkAt(timeoutMs)).toBe(want);
});
