import { describe, expect, test } from '@jest/globals';
import { valuesOf } from '@navarch/apimachinery';
import { headersOf, headersOfFields } from './headers';

const raw = ['Impersonate-Group', 'a', 'accept', 'x', 'impersonate-group', ',,,b ', 'accept', 'y'];
const fields = [];
for (let i = 0; i < raw.length; i += 2) fields.push({ name: raw[i]!.toLowerCase(), value: raw[i + 1]! });

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, i) => (i % 2 ? [] : [[name, raw[i + 1]!] as [string, string]]));
}

describe.each([
  ['HTTP/1.1', headersOf({ accept: 'x, y', 'impersonate-group': 'a, ,,,b' } as never, raw)],
  ['HTTP/2', headersOfFields(fields)],
])('headers of %s', (_, headers) => {
  test('repeated ones are joined by commas', () => expect(headers['accept']).toBe('x, y'));
  test('those that name an identity keep their commas', () =>
    expect(valuesOf(headers, 'impersonate-group')).toEqual(['a', ',,,b']));
});

test.each<[string, (raw: string[]) => object]>([
  ['HTTP/1.1', raw => headersOf(Object.fromEntries(pairs(raw)) as never, raw)],
  ['HTTP/2', raw => headersOfFields(pairs(raw).map(([name, value]) => ({ name, value })))],
])('of %s: a great many that name an identity are read, each once', (_, read) => {
  const many = Array.from({ length: 60_000 }, (_, i) => (i % 2 ? '' : `x-remote-extra-${i}`));
  const often = Array.from({ length: 60_000 }, (_, i) => (i % 2 ? 'x'.repeat(50) : 'x-remote-group'));
  expect(Object.keys(read([...many, ...often]))).toHaveLength(30_001);
});

test('of HTTP/2: the first of those that are single, and all parts of a cookie', () => {
  const twice = ['host', 'cookie'].flatMap(name => ['a', 'b'].map(value => ({ name, value })));
  expect({ ...headersOfFields(twice) }).toEqual({ host: 'a', cookie: 'a; b' });
});
