import { Path } from '@navarch/apimachinery';
import { additionalSchema, itemSchema, type JsonSchema } from '@navarch/schema';

/** schemaParts are all schemas that stand in a schema, each with its path. */
export function schemaParts(schema: JsonSchema, path: Path): [JsonSchema, Path][] {
  const found: [JsonSchema, Path][] = [];
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    found.push([property, path.child('properties').key(name)]);
  const additional = additionalSchema(schema);
  if (additional) found.push([additional, path.child('additionalProperties')]);
  const items = itemSchema(schema);
  if (items) found.push([items, path.child('items')]);
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const)
    (schema[name] ?? []).forEach((part, i) => found.push([part, path.child(name).index(i)]));
  if (schema.not) found.push([schema.not, path.child('not')]);
  return found;
}

/** UNSUPPORTED are keywords of OpenAPI v3 that definitions may not use. */
export const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];

/** isReadable tells a schema whose structure can be looked at at all, from one that says things that no structure can. */
export function isReadable(schema: JsonSchema): boolean {
  if (UNSUPPORTED.some(keyword => schema[keyword] !== undefined)) return false;
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) return false;
  if (Array.isArray(schema.items) && schema.items.length) return false;
  return schemaParts(schema, Path.at()).every(([part]) => isReadable(part));
}
