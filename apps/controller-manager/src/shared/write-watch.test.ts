import { expect, test } from '@jest/globals';
import { WriteWatch } from './write-watch';

const at = (resourceVersion: string) => ({ metadata: { namespace: 'n', name: 'a', resourceVersion } });

test('the cache is behind until it shows what was written, the object is gone, or long after', () => {
  const writes = new WriteWatch();
  expect(writes.isBehind('n/a', 0)).toBe(false);
  writes.note(at('7'), at('5'), 0);
  expect(writes.seen(at('5'))).toBe(false);
  expect([writes.isBehind('n/a', 1), writes.isBehind('n/b', 1)]).toEqual([true, false]);
  expect(writes.seen(at('7'))).toBe(true);
  expect(writes.isBehind('n/a', 1)).toBe(false);
  writes.note(at('8'), at('7'), 0);
  writes.gone(at('8'));
  expect(writes.isBehind('n/a', 1)).toBe(false);
  for (const cached of [at('9'), at('10')]) {
    writes.note(at('9'), cached, 0);
    expect(writes.isBehind('n/a', 0)).toBe(false);
  }
  writes.note(at('9'), undefined, 0);
  expect(writes.isBehind('n/a', 30_000)).toBe(false);
});
