import { expect, test } from '@jest/globals';
import { semanticEqual } from './equal';

test.each<[string, unknown, unknown, boolean]>([
  ['absent and null', {}, { a: null }, true],
  ['absent and an empty list', {}, { a: [] }, true],
  ['absent and an empty text', { a: '' }, {}, true],
  ['absent and an object of nothing', { a: { b: {} } }, {}, true],
  ['absent and zero', {}, { a: 0 }, false],
  ['another order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }, true],
  ['another order of items', { a: [1, 2] }, { a: [2, 1] }, false],
  ['no selector and one for everything', {}, { labelSelector: {} }, false],
  ['one for everything and none', { from: [{ podSelector: {} }] }, { from: [{}] }, false],
  ['a key with an empty text and none', { labels: { a: '' } }, { labels: {} }, false],
  ['a key with an empty text and no map', { nodeSelector: { a: '' } }, {}, false],
  ['another key with an empty text', { matchLabels: { a: '' } }, { matchLabels: { b: '' } }, false],
  ['the same keys with empty texts', { data: { a: '', b: '' } }, { data: { b: '', a: '' } }, true],
  ['a map without keys and none', { annotations: {} }, {}, true],
  ['selectors for everything', { podSelector: {} }, { podSelector: { matchLabels: {} } }, true],
])('%s', (_, a, b, equal) => {
  expect(semanticEqual(a, b)).toBe(equal);
});

test('a map by itself has its name from whoever compares', () => {
  expect(semanticEqual({ a: '' }, {}, 'parameters')).toBe(false);
  expect(semanticEqual({ a: '' }, undefined, 'parameters')).toBe(false);
  expect(semanticEqual({ a: '' }, {})).toBe(true);
});
