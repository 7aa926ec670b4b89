import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '@navarch/testing';
import type { Exchange } from './exchange';
import { Deadlines, withDeadline } from './deadline';

const asked = (verb: string, query: string) =>
  ({
    request: { query },
    query: new URLSearchParams(query),
    info: { verb, isResourceRequest: true },
  }) as unknown as Exchange;

test.each([
  [20, 'get', '', 60_000, 'request did not complete within 1m0s'],
  [20, 'get', 'timeout=1s', 60_000, 'request did not complete within 1m0s'],
  [20, 'create', '', 34_000, 'request did not complete within requested timeout 34s'],
  [20, 'patch', 'timeout=5s', 5_000, 'request did not complete within requested timeout 5s'],
  [20, 'delete', 'timeout=-1s', -1_000, 'request did not complete within requested timeout -1s'],
  [20, 'update', 'timeout=abc', 34_000, 'request did not complete within requested timeout 34s'],
  [20, 'update', 'timeout=2m', 60_000, 'request did not complete within 1m0s'],
  [33, 'create', '', 60_000, 'request did not complete within requested timeout - context deadline exceeded'],
  [33, 'patch', 'timeout=5s', 5_000, 'request did not complete within requested timeout - context deadline exceeded'],
  [33, 'list', 'timeout=5s', 5_000, 'request did not complete within the allotted timeout'],
  [33, 'list', 'timeout=0s', 60_000, 'request did not complete within the allotted timeout'],
  [33, 'list', 'timeout=2m', 60_000, 'request did not complete within the allotted timeout'],
])('at 1.%d, %s?%s', (emulated, verb, query, ms, message) => {
  expect(new Deadlines(emulated, 60_000).of(asked(verb, query))).toEqual({ ms, message });
});

test('later releases refuse a timeout that is none', () => {
  expect(() => new Deadlines(33, 60_000).of(asked('get', 'timeout=abc'))).toThrow(
    'invalid timeout specified in the request URL - time: invalid duration "abc"',
  );
});

describe('withDeadline', () => {
  const deadline = { ms: 1_000, message: 'late' };
  test('what is done in time is answered', async () => {
    await expect(withDeadline(() => Promise.resolve(5), deadline, new FakeClock(0))).resolves.toBe(5);
  });
  test('what is not is 504', async () => {
    const clock = new FakeClock(0);
    const answer = withDeadline(() => new Promise(() => undefined), deadline, clock);
    const refused = expect(answer).rejects.toMatchObject({ code: 504, message: 'Timeout: late' });
    await clock.advance(1_000);
    await refused;
  });
  test('what has no time does not begin', async () => {
    let begun = false;
    const begin = () => Promise.resolve((begun = true));
    await expect(withDeadline(begin, { ms: -1, message: 'late' }, new FakeClock(0))).rejects.toMatchObject({
      code: 504,
    });
    expect(begun).toBe(false);
  });
});
