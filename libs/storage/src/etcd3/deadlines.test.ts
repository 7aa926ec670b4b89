import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Deadlines } from './deadlines';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('calls expire within 100 ms of their time, each once, and no timer runs for none', () => {
  const expired: string[] = [];
  const deadlines = new Deadlines();
  const call = (name: string) => ({ expire: () => void expired.push(name) });
  expect(jest.getTimerCount()).toBe(0);
  const [a, b, c] = [call('a'), call('b'), call('c')];
  deadlines.add(a, 1_000);
  deadlines.add(b, 250);
  deadlines.add(c, 300);
  expect(jest.getTimerCount()).toBe(1);
  jest.advanceTimersByTime(249);
  expect(expired).toEqual([]);
  deadlines.delete(c);
  jest.advanceTimersByTime(101);
  expect(expired).toEqual(['b']);
  jest.advanceTimersByTime(750);
  expect([expired, jest.getTimerCount()]).toEqual([['b', 'a'], 0]);
  deadlines.add(c, 10);
  jest.advanceTimersByTime(101);
  expect([expired, jest.getTimerCount()]).toEqual([['b', 'a', 'c'], 0]);
});
