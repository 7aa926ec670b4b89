import type { Extent } from '../cost/extent';
import { exactly, upTo } from '../cost/interval';
import { escapeField, isExpressible } from '../json-values';
import { resourceProperties, type Schema } from './schema-types';

/** MAX_REQUEST is how many bytes a request may have: what a schema leaves open is bounded by that. */
const MAX_REQUEST = 3 * 1024 * 1024;
/** Brackets or quotes, a comma; a colon and the quotes of a key with two characters. */
const ENCLOSING = 2;
const COMMA = 1;
const KEY = 4;
const MAP_KEY = 6;

/** A character of a text may be four bytes. */
const BYTES_OF_CHARACTER = 4;
const LONGEST_TIME = 32;
const DATE = 12;

/** SMALLEST are the bytes that a value of a type has in JSON at least. */
const SMALLEST: Readonly<Record<string, number>> = {
  boolean: 4,
  integer: 1,
  number: 1,
  string: 2,
  array: 2,
  object: 2,
};
const SMALLEST_OF_FORMAT: Readonly<Record<string, number>> = { duration: 3, date: DATE, 'date-time': 21 };
const LARGEST_OF_FORMAT: Readonly<Record<string, number>> = {
  duration: LONGEST_TIME,
  date: DATE,
  'date-time': LONGEST_TIME,
};

const atLeastNothing = (bound: number) => Math.max(0, bound);
const ofFormat = (table: Readonly<Record<string, number>>, format = '') =>
  Object.hasOwn(table, format) ? table[format] : undefined;

/** smallestBytes is how many bytes a value of a schema has at least; undefined if expressions do not see it. Pure. */
export function smallestBytes(schema: Schema): number | undefined {
  if (schema['x-kubernetes-int-or-string']) return 1;
  const { type = '', format, items, additionalProperties } = schema;
  if (!Object.hasOwn(SMALLEST, type)) return undefined;
  const least = SMALLEST[type]!;
  if (type === 'string') return ofFormat(SMALLEST_OF_FORMAT, format) ?? least;
  if (type === 'array') return items && isVisible(items) ? least : undefined;
  if (type !== 'object') return least;
  if (typeof additionalProperties === 'object') return isVisible(additionalProperties) ? least : undefined;
  return least + smallestProperties(schema);
}

/** smallestProperties: what is required and has no default has to be there. */
function smallestProperties({ properties = {}, required = [] }: Schema): number {
  let bytes = 0;
  for (const name of new Set(required)) {
    const property = Object.hasOwn(properties, name) ? properties[name]! : undefined;
    const smallest = property && property.default === undefined ? smallestBytes(property) : undefined;
    if (smallest !== undefined) bytes += Buffer.byteLength(name) + smallest + KEY;
  }
  return bytes;
}

function isVisible(schema: Schema): boolean {
  return smallestBytes(schema) !== undefined;
}

/** mostOften is how often a value of a schema may be in one request. */
export function mostOften(schema: Schema): number {
  return Math.floor(MAX_REQUEST / ((smallestBytes(schema) ?? 0) + COMMA));
}

/** schemaExtent is how large the values of a schema may be, and their parts; parts are looked at when they are asked for. */
export function schemaExtent(schema: Schema, isRoot = false): Extent {
  const { type, items, additionalProperties } = schema;
  if (schema['x-kubernetes-int-or-string']) return { size: upTo(longestText(schema)) };
  switch (type) {
    case 'string':
      return { size: upTo(longestString(schema)) };
    case 'array': {
      if (!items) return { size: exactly(0) };
      const fitting = Math.floor((MAX_REQUEST - ENCLOSING) / ((smallestBytes(items) ?? 0) + COMMA));
      return { size: upTo(bound(schema.maxItems) ?? fitting), ...parts(items) };
    }
    case 'object': {
      if (typeof additionalProperties !== 'object') return objectExtent(schema, isRoot);
      const fitting = Math.floor((MAX_REQUEST - ENCLOSING) / ((smallestBytes(additionalProperties) ?? 0) + MAP_KEY));
      return {
        size: upTo(bound(schema.maxProperties) ?? fitting),
        keys: { size: exactly(0) },
        ...parts(additionalProperties),
      };
    }
    default:
      return { size: exactly(0) };
  }
}

const bound = (given: number | undefined) => (given === undefined ? undefined : atLeastNothing(given));
const parts = (schema: Schema) => ({
  get elements() {
    return schemaExtent(schema);
  },
});

function longestText({ maxLength }: Schema): number {
  return maxLength === undefined ? MAX_REQUEST - ENCLOSING : atLeastNothing(maxLength) * BYTES_OF_CHARACTER;
}

function longestString(schema: Schema): number {
  const { format, maxLength, enum: values = [] } = schema;
  const fixed = ofFormat(LARGEST_OF_FORMAT, format);
  if (fixed !== undefined) return fixed;
  if (format === 'byte') return bound(maxLength) ?? MAX_REQUEST - ENCLOSING;
  if (maxLength === undefined && values.length)
    return Math.max(0, ...values.map(value => (typeof value === 'string' ? Buffer.byteLength(value) : 0)));
  return longestText(schema);
}

function objectExtent(schema: Schema, isRoot: boolean): Extent {
  const properties = resourceProperties(schema, isRoot);
  const names = new Map(
    Object.keys(properties)
      .filter(isExpressible)
      .map(name => [escapeField(name), name]),
  );
  return {
    size: exactly(0),
    field(name) {
      const property = names.get(name);
      return property === undefined ? undefined : schemaExtent(properties[property]!);
    },
  };
}
