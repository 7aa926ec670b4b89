import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { KeepAlive } from './keep-alive';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('pings each 30 seconds; a peer that does not answer within 10 has vanished', () => {
  const said: string[] = [];
  const keepAlive = new KeepAlive(
    () => said.push('ping'),
    () => said.push('vanished'),
  );
  jest.advanceTimersByTime(30_000);
  keepAlive.answered();
  jest.advanceTimersByTime(39_999);
  expect(said).toEqual(['ping', 'ping']);
  jest.advanceTimersByTime(2);
  expect(said).toEqual(['ping', 'ping', 'vanished']);
  keepAlive.stop();
  expect(jest.getTimerCount()).toBe(0);
});
