import { describe, expect, test } from '@jest/globals';
import { formatDuration, humanDuration, parseDuration } from './duration';

const [S, M, H, D] = [1000, 60_000, 3_600_000, 86_400_000] as const;

test.each([
  [-5 * S, '<invalid>'],
  [-500, '0s'],
  [0, '0s'],
  [5 * S, '5s'],
  [119 * S, '119s'],
  [123 * S, '2m3s'],
  [180 * S, '3m'],
  [10 * M, '10m'],
  [179 * M, '179m'],
  [3 * H + 4 * M, '3h4m'],
  [4 * H, '4h'],
  [8 * H, '8h'],
  [25 * H, '25h'],
  [48 * H, '2d'],
  [5 * D + 3 * H, '5d3h'],
  [8 * D, '8d'],
  [400 * D, '400d'],
  [735 * D, '2y5d'],
  [730 * D, '2y'],
  [3000 * D, '8y'],
])('an age of %p ms is %p', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

describe('durations in the notation of Go', () => {
  test.each([
    ['1h30m', 5_400_000, '1h30m0s'],
    ['250ms', 250, '250ms'],
    ['-1.5s', -1500, '-1.5s'],
    ['0', 0, '0s'],
    ['1m', 60_000, '1m0s'],
    ['1h0m0.5s', 3_600_500, '1h0m0.5s'],
    ['10us', 0.01, '10µs'],
    ['3ns', 3e-6, '3ns'],
  ])('%s', (text, ms, canonical) => {
    expect(parseDuration(text)).toBeCloseTo(ms, 9);
    expect(formatDuration(parseDuration(text))).toBe(canonical);
  });
  test.each([
    ['', 'time: invalid duration ""'],
    ['5', 'time: missing unit in duration "5"'],
    ['5y', 'time: unknown unit "y" in duration "5y"'],
    ['x', 'time: invalid duration "x"'],
  ])('%p is refused', (text, message) => {
    expect(() => parseDuration(text)).toThrow(new Error(message));
  });
});
