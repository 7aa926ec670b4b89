import type { ProtoWriter } from './proto-writer';

/** bounds writes what limits the values of a schema: the same fields in both versions of the message, from `first` on. */
export function bounds(writer: ProtoWriter, schema: Record<string, unknown>, first: number): ProtoWriter {
  return writer
    .number(first, schema['multipleOf'])
    .number(first + 1, schema['maximum'])
    .bool(first + 2, schema['exclusiveMaximum'])
    .number(first + 3, schema['minimum'])
    .bool(first + 4, schema['exclusiveMinimum'])
    .count(first + 5, schema['maxLength'])
    .count(first + 6, schema['minLength'])
    .string(first + 7, schema['pattern'])
    .count(first + 8, schema['maxItems'])
    .count(first + 9, schema['minItems'])
    .bool(first + 10, schema['uniqueItems'])
    .count(first + 11, schema['maxProperties'])
    .count(first + 12, schema['minProperties']);
}
