import { describe, expect, test } from '@jest/globals';
import { ScheduleError, parseSchedule } from './schedule';
import { UnknownZone, loadZone } from './zone';

const at = (text: string) => Date.parse(text);
const times = (schedule: string, zone: string, from: string, count: number) => {
  const found: string[] = [];
  let now = at(from);
  for (let i = 0; i < count; i++) {
    const next = parseSchedule(schedule, zone).next(now);
    if (next === undefined) break;
    found.push(loadZone(zone).rfc3339(next));
    now = next;
  }
  return found.join(' ');
};

describe('next', () => {
  test.each([
    ['* * * * *', 'UTC', '2024-01-01T10:00:30Z', '2024-01-01T10:01:00Z 2024-01-01T10:02:00Z'],
    ['*/20 * * * *', 'UTC', '2024-01-01T10:20:00Z', '2024-01-01T10:40:00Z 2024-01-01T11:00:00Z'],
    ['5/25 3 * * *', 'UTC', '2024-01-01T00:00:00Z', '2024-01-01T03:05:00Z 2024-01-01T03:30:00Z 2024-01-01T03:55:00Z'],
    ['0 9-17/4 * * mon-fri', 'UTC', '2024-01-05T13:00:00Z', '2024-01-05T17:00:00Z 2024-01-08T09:00:00Z'],
    ['0 0 13 * FRI', 'UTC', '2024-01-01T00:00:00Z', '2024-01-05T00:00:00Z 2024-01-12T00:00:00Z 2024-01-13T00:00:00Z'],
    ['0 0 */10 * 5', 'UTC', '2024-01-01T00:00:00Z', '2024-01-05T00:00:00Z 2024-01-11T00:00:00Z'],
    ['0 0 29 2 *', 'UTC', '2023-01-01T00:00:00Z', '2024-02-29T00:00:00Z 2028-02-29T00:00:00Z'],
    ['0 0 31 feb ?', 'UTC', '2023-01-01T00:00:00Z', ''],
    ['@monthly', 'UTC', '2024-01-31T10:00:00Z', '2024-02-01T00:00:00Z 2024-03-01T00:00:00Z'],
    ['@every 90s', 'UTC', '2024-01-01T00:00:00Z', '2024-01-01T00:01:30Z 2024-01-01T00:03:00Z'],
    ['0 8 * * *', 'Asia/Kolkata', '2024-01-01T00:00:00Z', '2024-01-01T08:00:00+05:30 2024-01-02T08:00:00+05:30'],
    ['30 0 1 * *', 'Asia/Tokyo', '2024-01-31T14:00:00Z', '2024-02-01T00:30:00+09:00 2024-03-01T00:30:00+09:00'],
    // Clocks go forward over 02:30: that day has none.
    ['30 2 * * *', 'Europe/Berlin', '2024-03-30T02:00:00Z', '2024-04-01T02:30:00+02:00 2024-04-02T02:30:00+02:00'],
    // Clocks go back over 02:30: that day has two.
    ['30 2 * * *', 'Europe/Berlin', '2024-10-26T12:00:00Z', '2024-10-27T02:30:00+02:00 2024-10-27T02:30:00+01:00'],
    // Clocks go forward over midnight: that day begins at one.
    ['0 1 * * 0', 'America/Santiago', '2024-09-07T12:00:00Z', '2024-09-08T01:00:00-03:00 2024-09-15T01:00:00-03:00'],
    ['0 12 * 1 *', 'America/New_York', '2024-02-01T00:00:00Z', '2025-01-01T12:00:00-05:00'],
  ])('%s in %s after %s', (schedule, zone, from, expected) => {
    expect(times(schedule, zone, from, Math.max(1, expected.split(' ').filter(Boolean).length))).toBe(expected);
  });
  test('a zone in front', () => {
    expect(parseSchedule('TZ=Asia/Tokyo 0 9 * * *').next(at('2024-01-01T00:00:00Z'))).toBe(at('2024-01-02T00:00:00Z'));
  });
});

test.each([
  ['*/5 * * * *', '2024-01-01T00:00:00Z', '2024-01-01T00:04:00Z', undefined],
  ['*/5 * * * *', '2024-01-01T00:00:00Z', '2024-01-01T00:05:00Z', '2024-01-01T00:05:00.000Z'],
  ['*/5 * * * *', '2014-01-01T00:00:00Z', '2024-01-01T00:13:00Z', '2024-01-01T00:10:00.000Z'],
  ['0 0 1 1 *', '2014-06-01T00:00:00Z', '2024-06-01T00:00:00Z', '2024-01-01T00:00:00.000Z'],
  ['0 0 29 2 *', '2014-06-01T00:00:00Z', '2023-06-01T00:00:00Z', '2020-02-29T00:00:00.000Z'],
  ['@every 1h', '2024-01-01T00:30:00Z', '2024-01-01T03:10:00Z', '2024-01-01T02:30:00.000Z'],
])('latest of %s after %s until %s', (schedule, from, until, expected) => {
  const found = parseSchedule(schedule, 'UTC').latest(at(from), at(until));
  expect(found === undefined ? undefined : new Date(found).toISOString()).toBe(expected);
});

test.each([
  '',
  '* * * *',
  '60 * * * *',
  '* 24 * * *',
  '* * 0 * *',
  '* * * 13 *',
  '* * * * 7',
  '5-1 * * * *',
  '*/0 * * * *',
  'x * * * *',
  '1-2-3 * * * *',
  '@every x',
  '@never',
])('not a schedule: %s', text => expect(() => parseSchedule(text, 'UTC')).toThrow(ScheduleError));

test.each(['Mars/Olympus', '+01:00'])('not a zone: %s', zone =>
  expect(() => parseSchedule('* * * * *', zone)).toThrow(UnknownZone),
);
