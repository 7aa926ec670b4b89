import { expect, test } from '@jest/globals';
import { valuesOf } from '@navarch/apimachinery';
import { headersOf } from './headers';

const raw = [':path', '/', 'Impersonate-Group', 'a', 'accept', 'x', 'impersonate-group', ',,,b ', 'accept', 'y'];
const headers = headersOf({ ':path': '/', accept: 'x, y', 'impersonate-group': 'a, ,,,b' } as never, raw);

test('repeated headers are joined by commas', () => expect(headers['accept']).toBe('x, y'));
test('those that name an identity keep their commas', () =>
  expect(valuesOf(headers, 'impersonate-group')).toEqual(['a', ',,,b']));
test('pseudo-headers are left out', () => expect(Object.keys(headers)).toEqual(['accept', 'impersonate-group']));
