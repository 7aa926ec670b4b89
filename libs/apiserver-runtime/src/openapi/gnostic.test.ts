import { describe, expect, test } from '@jest/globals';
import { encodeOpenApiV2 } from './gnostic';
import { encodeOpenApiV3 } from './gnostic-v3';

type Value = number | Buffer;

/** fieldsOf reads a message: the values of each field, by number. */
function fieldsOf(message: Buffer): Map<number, Value[]> {
  const fields = new Map<number, Value[]>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = message[at++]!;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const wireType = tag % 8;
    let value: Value;
    if (wireType === 0) value = varint();
    else {
      const length = wireType === 1 ? 8 : varint();
      value = wireType === 1 ? message.readDoubleLE(at) : message.subarray(at, at + length);
      at += length;
    }
    const number = Math.floor(tag / 8);
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

/** at follows field numbers into a message, and answers the last one as text or number. */
function at(message: Buffer, ...path: readonly number[]): string | number | undefined {
  const [first, ...rest] = path;
  const value = fieldsOf(message).get(first!)?.[0];
  if (value === undefined || typeof value === 'number') return value;
  return rest.length ? at(value, ...rest) : value.toString();
}

const schema = { type: 'string', maxLength: 300, minLength: 2, pattern: '^a', multipleOf: 0.5, exclusiveMaximum: true };
const parameter = { name: 'pretty', in: 'query', description: 'how' };
const token = { type: 'apiKey', name: 'authorization', in: 'header', description: 'a token' };

describe('openapi.v2.Document', () => {
  const document = encodeOpenApiV2({
    ...{ swagger: '2.0', info: { title: 'T', version: 'v1' } },
    paths: {
      '/a': {
        get: { operationId: 'a', schemes: ['https'], responses: {} },
        parameters: [{ ...parameter, type: 'string' }],
      },
    },
    definitions: { D: schema },
    securityDefinitions: { Token: token },
    security: [{ Token: [] }],
  });
  const item = [8, 2, 2] as const;
  const definition = [9, 1, 2] as const;
  test.each([
    ['an operation', [...item, 2, 5], 'a'],
    ['its schemes', [...item, 2, 10], 'https'],
    ['a parameter of the path', [...item, 9, 1, 2, 3, 4], 'pretty'],
    ['a definition', [9, 1, 1], 'D'],
    ['multipleOf', [...definition, 6], 0.5],
    ['exclusiveMaximum', [...definition, 8], 1],
    ['maxLength', [...definition, 11], 300],
    ['minLength', [...definition, 12], 2],
    ['pattern', [...definition, 13], '^a'],
    ['what is required of clients', [12, 1, 1], 'Token'],
    ['how they prove it', [13, 1, 2, 2, 2], 'authorization'],
  ])('has %s', (_what, path, value) => expect(at(document, ...path)).toBe(value));
});

describe('openapi.v3.Document', () => {
  const document = encodeOpenApiV3({
    ...{ openapi: '3.0.0', info: { title: 'T', version: 'v1' } },
    paths: {
      '/a': { get: { operationId: 'a', responses: {} }, parameters: [{ ...parameter, schema: { type: 'string' } }] },
    },
    components: { schemas: { D: schema }, securitySchemes: { Token: token } },
  });
  const item = [4, 1, 2] as const;
  const definition = [5, 1, 1, 2, 1] as const;
  test.each([
    ['an operation', [...item, 4, 5], 'a'],
    ['a parameter of the path', [...item, 13, 1, 1], 'pretty'],
    ['multipleOf', [...definition, 10], 0.5],
    ['maxLength', [...definition, 15], 300],
    ['pattern', [...definition, 17], '^a'],
    ['how clients prove who they are', [5, 7, 1, 2, 1, 3], 'authorization'],
  ])('has %s', (_what, path, value) => expect(at(document, ...path)).toBe(value));
});
