import { describe, expect, test } from '@jest/globals';
import { FakeClock } from './fake-clock';

describe('FakeClock', () => {
  test('fires timers in order of time, then of making, and lets their promises run in between', async () => {
    const clock = new FakeClock(1_000);
    const seen: string[] = [];
    const note = (what: string) => seen.push(`${what}@${clock.now()}`);
    clock.after(30, () => note('c'));
    clock.after(10, () => note('a'));
    clock.after(10, () => note('b'));
    clock.after(20, () => note('never'))[Symbol.dispose]();
    void clock.sleep(5).then(() => clock.after(7, () => note('chained')));
    await clock.advance(29);
    expect(seen).toEqual(['a@1010', 'b@1010', 'chained@1012']);
    expect([clock.now(), clock.pending]).toEqual([1_029, 1]);
    await clock.advance(1);
    expect(seen.at(-1)).toBe('c@1030');
  });

  test('a sleep ends with the reason of its signal', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const sleep = clock.sleep(10, abort.signal);
    abort.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
  });
});
