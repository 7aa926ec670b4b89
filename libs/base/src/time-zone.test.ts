import { describe, expect, test } from '@jest/globals';
import { timeZone } from './time-zone';

const HOUR = 3_600_000;
const offset = (name: string, moment: string) => timeZone(name)!.offset(Date.parse(moment));

describe('offset', () => {
  test.each<[string, string, number]>([
    ['UTC', '2024-03-01T00:00:00.5Z', 0],
    ['Europe/Berlin', '2024-03-31T00:59:59Z', HOUR],
    ['Europe/Berlin', '2024-03-31T01:00:00Z', 2 * HOUR],
    ['europe/berlin', '2024-12-01T00:00:00Z', HOUR],
    ['America/New_York', '2024-01-01T00:00:00Z', -5 * HOUR],
    ['Asia/Kathmandu', '2024-01-01T00:00:00Z', 5.75 * HOUR],
    ['America/New_York', '0001-01-01T00:00:00Z', -(4 * HOUR + 56 * 60_000 + 2000)],
    ['Asia/Tokyo', '0050-06-01T12:00:00Z', 9 * HOUR + 18 * 60_000 + 59_000],
  ])('%s at %s', (name, moment, want) => expect(offset(name, moment)).toBe(want));
});

test.each(['Nowhere/City', '', '+01:00'])('%p is no zone', name => {
  expect(timeZone(name)).toBeUndefined();
});

test('a zone is made once', () => {
  expect(timeZone('Europe/Paris')).toBe(timeZone('Europe/Paris'));
});

test('of many zones only some are remembered', () => {
  const first = timeZone('Europe/Rome');
  // Names may be written in any case.
  for (let i = 0; i < 200; i++) {
    const letters = [...'europe/madrid'].map((c, k) => ((i >> k) & 1 ? c.toUpperCase() : c));
    expect(timeZone(letters.join(''))).toBeDefined();
  }
  expect(timeZone('Europe/Rome')).not.toBe(first);
});
