import { expect, test } from '@jest/globals';
import type { JsonSchema } from './json-schema';
import { publishedSchema } from './openapi';

const EITHER = { 'x-kubernetes-int-or-string': true };
const types = [{ type: 'integer' }, { type: 'string' }];
const field = (schema: JsonSchema): JsonSchema => ({ type: 'object', properties: { f: schema } });

test.each<[string, JsonSchema, JsonSchema]>([
  ['said by types too', EITHER, { ...EITHER, anyOf: types }],
  ['said so already', { ...EITHER, anyOf: types }, { ...EITHER, anyOf: types }],
  [
    'beside another choice',
    { ...EITHER, anyOf: [{ minimum: 1 }], allOf: [{ maximum: 9 }] },
    { ...EITHER, anyOf: [{ minimum: 1 }], allOf: [{ anyOf: types }, { maximum: 9 }] },
  ],
  ['a plain field', { type: 'string' }, { type: 'string' }],
])('version 3, a number or text: %s', (_, schema, expected) => {
  expect(publishedSchema(field(schema), 'v3')).toEqual(field(expected));
});

test('version 2 has no choices', () => {
  expect(publishedSchema(field({ ...EITHER, anyOf: types }), 'v2')).toEqual(field(EITHER));
});
