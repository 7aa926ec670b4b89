import { expect, test } from '@jest/globals';
import { GatheredBytes } from './gathered-bytes';

test('one piece is not copied, several are joined', () => {
  const gathered = new GatheredBytes();
  expect(gathered.take()).toHaveLength(0);
  const first = Buffer.from('one ');
  gathered.add(first);
  expect(gathered.take().buffer).toBe(first.buffer);
  for (const piece of 'two three'.split('')) gathered.add(Buffer.from(piece));
  expect(gathered.length).toBe(13);
  expect(gathered.take().toString()).toBe('one two three');
  expect(first.toString()).toBe('one ');
});

test('what is expected is room enough, and may be wrong', () => {
  const gathered = new GatheredBytes(4);
  for (const piece of ['a', 'bc', 'd', 'e', 'fghi']) gathered.add(Buffer.from(piece));
  expect(gathered.take().toString()).toBe('abcdefghi');
});
