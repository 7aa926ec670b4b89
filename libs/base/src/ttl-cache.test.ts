import { expect, test } from '@jest/globals';
import { TtlCache } from './ttl-cache';

test('a value is remembered for its time, and the oldest makes room', () => {
  let now = 0;
  const cache = new TtlCache<string, number>({ now: () => now }, 2);
  cache.set('a', 1, 100);
  cache.set('b', 2, 200);
  cache.set('never', 0, 0);
  expect([cache.get('a'), cache.get('b'), cache.get('never')]).toEqual([1, 2, undefined]);
  cache.set('c', 3, 100);
  expect(cache.get('a')).toBeUndefined();
  now = 150;
  expect([cache.get('b'), cache.get('c')]).toEqual([2, undefined]);
});
