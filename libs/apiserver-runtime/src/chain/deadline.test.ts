import { describe, expect, test } from '@jest/globals';
import type { Minor } from '@navarch/kinds';
import { FakeClock } from '@navarch/testing';
import { allotted, deadlineOf, withDeadline } from './deadline';

const none = 'request did not complete within the allotted timeout of 60s';

describe('deadlineOf', () => {
  test.each<[query: string, verb: string, emulated: Minor, ms: number, message: string]>([
    ['', 'create', 20, 60_000, none],
    ['timeout=5s', 'create', 20, 5_000, 'request did not complete within requested timeout 5s'],
    ['timeout=5s', 'get', 20, 60_000, none],
    ['timeout=-1s', 'delete', 20, -1_000, 'request did not complete within requested timeout -1s'],
    ['timeout=0', 'patch', 20, 0, 'request did not complete within requested timeout 0s'],
    ['timeout=soon', 'create', 20, 60_000, none],
    ['timeout=2m', 'create', 20, 60_000, none],
    ['timeout=5s', 'get', 21, 5_000, 'request did not complete within requested timeout - context deadline exceeded'],
    ['timeout=0s', 'create', 33, 60_000, none],
    ['timeout=-5s', 'create', 33, 60_000, none],
  ])('%s %s at 1.%i', (query, verb, emulated, ms, message) => {
    const info = { isResourceRequest: true, verb };
    expect(deadlineOf(new URLSearchParams(query), info, allotted(60_000), emulated)).toEqual({ ms, message });
  });
  test('what is no time is refused since 1.21', () => {
    const info = { isResourceRequest: false, verb: 'get' };
    expect(() => deadlineOf(new URLSearchParams('timeout=soon'), info, allotted(60_000), 33)).toThrow(
      'invalid timeout specified in the request URL - time: invalid duration "soon"',
    );
  });
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
