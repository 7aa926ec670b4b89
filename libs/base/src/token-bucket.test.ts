import { expect, test } from '@jest/globals';
import { TokenBucket } from './token-bucket';

test('a bucket gives its burst at once and then its rate', () => {
  const bucket = new TokenBucket(10, 2, 0);
  expect([bucket.reserve(0), bucket.reserve(0), bucket.reserve(0), bucket.reserve(0)]).toEqual([0, 0, 100, 200]);
  expect(new TokenBucket(1, 1, 0).take(0)).toBe(true);
});
