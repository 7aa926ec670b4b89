import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '@navarch/testing';
import { EXPECTATION_TIMEOUT_MS, Expectations } from './expectations';

describe('Expectations', () => {
  test('creations and deletions hold back until seen; seeing a deletion twice counts once', () => {
    const expectations = new Expectations(new FakeClock());
    expect(expectations.satisfied('a')).toBe(true);
    expectations.expectCreations('a', 2);
    expectations.creationObserved('a');
    expect(expectations.satisfied('a')).toBe(false);
    expectations.creationObserved('a');
    expect(expectations.satisfied('a')).toBe(true);
    expectations.expectDeletions('a', ['u1', 'u2']);
    expectations.deletionObserved('a', 'u1');
    expectations.deletionObserved('a', 'u1');
    expect(expectations.satisfied('a')).toBe(false);
    expectations.deletionObserved('a', 'u2');
    expect(expectations.satisfied('a')).toBe(true);
  });

  test('an expectation is given up after five minutes, and forgotten with its object', async () => {
    const clock = new FakeClock();
    const expectations = new Expectations(clock);
    expectations.expectCreations('a', 1);
    expectations.expectCreations('b', 1);
    expectations.forget('b');
    expect([expectations.satisfied('a'), expectations.satisfied('b')]).toEqual([false, true]);
    await clock.advance(EXPECTATION_TIMEOUT_MS + 1);
    expect(expectations.satisfied('a')).toBe(true);
  });
});
