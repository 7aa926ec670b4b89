import { describe, expect, test } from '@jest/globals';
import { valuesOf } from '@navarch/apimachinery';
import { headersOf, headersOfFields } from './headers';

const raw = ['Impersonate-Group', 'a', 'accept', 'x', 'impersonate-group', ',,,b ', 'accept', 'y'];
const fields = [];
for (let i = 0; i < raw.length; i += 2) fields.push({ name: raw[i]!.toLowerCase(), value: raw[i + 1]! });

describe.each([
  ['HTTP/1.1', headersOf({ accept: 'x, y', 'impersonate-group': 'a, ,,,b' } as never, raw)],
  ['HTTP/2', headersOfFields(fields)],
])('headers of %s', (_, headers) => {
  test('repeated ones are joined by commas', () => expect(headers['accept']).toBe('x, y'));
  test('those that name an identity keep their commas', () =>
    expect(valuesOf(headers, 'impersonate-group')).toEqual(['a', ',,,b']));
});

test('of HTTP/2: the first of those that are single, and all parts of a cookie', () => {
  const twice = ['host', 'cookie'].flatMap(name => ['a', 'b'].map(value => ({ name, value })));
  expect({ ...headersOfFields(twice) }).toEqual({ host: 'a', cookie: 'a; b' });
});
