import { expect, test } from '@jest/globals';
import type { Clock } from '@navarch/base';
import { afterBeat } from './beat';

test.each([
  ['on time', 5_000, true],
  ['a little late', 9_900, true],
  ['a beat late: the process did not run', 10_000, false],
])('a beat that comes %s', (_, at, listened) => {
  let now = 0;
  let fire: () => void = () => undefined;
  const clock = {
    now: () => now,
    after: (_ms: number, fn: () => void) => {
      fire = fn;
      return { [Symbol.dispose]: () => undefined };
    },
  } as Clock;
  const heard: boolean[] = [];
  afterBeat(clock, 5_000, one => heard.push(one));
  now = at;
  fire();
  expect(heard).toEqual([listened]);
});
