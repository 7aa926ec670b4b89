import { isRecord } from '@navarch/apimachinery';
import { additionalSchema, itemSchema, type JsonSchema } from './json-schema';

type Json = Record<string, unknown>;

/** V2_DROPPED are keywords that Swagger 2.0 does not know, or clients of that time stumble over. */
const V2_DROPPED = new Set(['nullable', 'oneOf', 'anyOf', 'not', 'example']);

/** publishedSchema is a schema as OpenAPI shows it. Version 2 says less: what clients of that time would read wrongly is left out. */
export function publishedSchema(schema: JsonSchema, flavour: 'v2' | 'v3'): Json {
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
  return rewrite(schema, copy);
}

const v3: Rewrite = (_schema, copy) => copy;

const v2: Rewrite = (schema, copy) => {
  for (const keyword of V2_DROPPED) delete copy[keyword];
  // A value that may be null, or of several types, has no type that such a client could check.
  if (schema.nullable || schema['x-kubernetes-int-or-string']) {
    delete copy['type'];
    if (schema.nullable) for (const keyword of ['items', 'properties', 'additionalProperties']) delete copy[keyword];
  }
  if (schema['x-kubernetes-preserve-unknown-fields']) {
    delete copy['items'];
    if (schema.type !== 'object') delete copy['type'];
    if (!schema.properties) delete copy['properties'];
  }
  return copy;
};
