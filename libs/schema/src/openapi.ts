import { deepEqual, isRecord } from '@navarch/apimachinery';
import { additionalSchema, itemSchema, type JsonSchema } from './json-schema';

type Json = Record<string, unknown>;

/** V2_DROPPED are keywords that Swagger 2.0 does not know, or clients of that time stumble over. */
const V2_DROPPED = ['default', 'nullable', 'allOf', 'oneOf', 'anyOf', 'not'];
const PRESERVES = 'x-kubernetes-preserve-unknown-fields';

/** UNPUBLISHED are keywords that no flavour shows. */
const UNPUBLISHED = ['example', 'externalDocs', 'id', '$schema'];

/**
 * publishedSchema is the schema of an object as OpenAPI shows it. Version 2 says less: what clients of that time would read wrongly
 * is left out; undefined: all of it.
 */
export function publishedSchema(schema: JsonSchema, flavour: 'v2' | 'v3'): Json | undefined {
  if (flavour === 'v2' && schema[PRESERVES]) return undefined;
  return publish(schema, flavour === 'v3' ? v3 : v2);
}

type Rewrite = (schema: JsonSchema, copy: Json) => Json;

function publish(schema: JsonSchema, rewrite: Rewrite): Json {
  const copy: Json = { ...schema };
  const { properties, allOf, anyOf, oneOf, not } = schema;
  const each = (list: readonly JsonSchema[]) => list.map(part => publish(part, rewrite));
  if (isRecord(properties)) {
    copy['properties'] = Object.fromEntries(
      Object.entries(properties as Record<string, JsonSchema>).map(([name, part]) => [name, publish(part, rewrite)]),
    );
  }
  const items = itemSchema(schema);
  if (items) copy['items'] = publish(items, rewrite);
  const additional = additionalSchema(schema);
  if (additional) copy['additionalProperties'] = publish(additional, rewrite);
  if (allOf) copy['allOf'] = each(allOf);
  if (anyOf) copy['anyOf'] = each(anyOf);
  if (oneOf) copy['oneOf'] = each(oneOf);
  if (not) copy['not'] = publish(not, rewrite);
  for (const keyword of UNPUBLISHED) delete copy[keyword];
  return rewrite(schema, copy);
}

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }];

const v3: Rewrite = ({ 'x-kubernetes-int-or-string': isEither, anyOf, allOf = [] }, copy) => {
  if (!isEither || saysEither(anyOf) || saysEither(allOf[0]?.anyOf)) return copy;
  if (!anyOf) return { ...copy, anyOf: INT_OR_STRING };
  return { ...copy, allOf: [{ anyOf: INT_OR_STRING }, ...((copy['allOf'] as Json[] | undefined) ?? [])] };
};

const saysEither = (parts: readonly JsonSchema[] | undefined) => deepEqual(parts, INT_OR_STRING);

const v2: Rewrite = (schema, copy) => {
  for (const keyword of V2_DROPPED) delete copy[keyword];
  const drop = (...keywords: string[]) => {
    for (const keyword of keywords) delete copy[keyword];
  };
  // Such clients refuse fields and items that they do not find declared.
  if (schema.nullable || schema[PRESERVES]) drop('items', 'properties');
  // A value that may be null, or of several types, has no type that such a client could check.
  const isOpenObject = schema[PRESERVES] && schema.type === 'object';
  const isOpenList = schema.type === 'array' && copy['items'] === undefined;
  if (schema.nullable || isOpenObject || isOpenList) drop('type');
  const required = copy['properties'] === undefined ? schema.required : schema.required?.filter(isNeverNull(schema));
  if (!required?.length || additionalSchema(schema)?.nullable) drop('required');
  else copy['required'] = required;
  return copy;
};

const isNeverNull = (schema: JsonSchema) => (name: string) => !schema.properties?.[name]?.nullable;
