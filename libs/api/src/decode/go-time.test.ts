import { expect, test } from '@jest/globals';
import { parseTime, RFC3339, RFC3339_MICRO } from './go-time';
import { canonicalMicroTime, canonicalTime } from './scalars';

test.each([
  ['2020-01-02T03:04:05Z', '2020-01-02T03:04:05Z'],
  ['2020-01-02T3:04:05Z', '2020-01-02T03:04:05Z'],
  ['2020-01-02T03:04:05,123456789012+01:30', '2020-01-02T01:34:05Z'],
  ['2020-02-29T00:00:00-00:30', '2020-02-29T00:30:00Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
])('the time %s', (text, canonical) => {
  expect(canonicalTime(text)).toBe(canonical);
});

test('a time with six digits of a second', () => {
  expect(canonicalMicroTime('2020-01-02T03:04:05.000006+01:00')).toBe('2020-01-02T02:04:05.000006Z');
});

// As v1.20.2 answered.
test.each([
  ['2020-13-01T00:00:00Z', ': month out of range'],
  ['2020-00-01T00:00:00Z', ': month out of range'],
  ['2021-02-29T00:00:00Z', ': day out of range'],
  ['2020-01-00T00:00:00Z', ': day out of range'],
  ['2020-01-01T24:00:00Z', ': hour out of range'],
  ['2020-01-01T23:60:00Z', ': minute out of range'],
  ['2020-01-01T23:59:60Z', ': second out of range'],
  ['2020-01-01T00:00:00Z ', ': extra text: " "'],
  ['2020-1-01T00:00:00Z', as('1-01T00:00:00Z', '01')],
  ['2020-01-01 00:00:00Z', as(' 00:00:00Z', 'T')],
  ['2020-01-01', as('', 'T')],
  ['20-01-01', as('1-01', '2006')],
  ['2020-01-01T00:00:00', as('', 'Z07:00')],
  ['2020-01-01T00:00:00+0100', as('+0100', 'Z07:00')],
  ['2020-01-01T00:00:00x01:00', as('', 'Z07:00')],
])('no time: %s', (text, why) => {
  expect(() => parseTime(text, RFC3339)).toThrow(`parsing time "${text}"${why}`);
});

function as(rest: string, element: string) {
  return ` as "2006-01-02T15:04:05Z07:00": cannot parse "${rest}" as "${element}"`;
}

test.each([
  ['2020-01-01T00:00:00Z', 'Z'],
  ['2020-01-01T00:00:00.12345Z', ''],
  ['2020-01-01T00:00:00.12345\u00e9', '\\xa9'],
])('no time with six digits of a second: %s', (text, rest) => {
  const why = ` as "2006-01-02T15:04:05.000000Z07:00": cannot parse "${rest}" as ".000000"`;
  expect(() => parseTime(text, RFC3339_MICRO)).toThrow(why);
});

test('bytes that are no printable ASCII are told by their numbers', () => {
  expect(() => parseTime('\u65e5"\n', RFC3339)).toThrow('parsing time "\\xe6\\x97\\xa5\\"\\x0a" as ');
});
