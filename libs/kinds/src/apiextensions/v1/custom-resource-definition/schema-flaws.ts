import { deepClone, deepEqual, Path } from '@navarch/apimachinery';
import { itemSchema, prunePart, SchemaNode, type JsonSchema } from '@navarch/schema';
import { mapKeyErrors, TYPES } from './schema-validation';
import { isReadable, schemaParts } from './schema-parts';
import { validateStructural } from './structural';

/** SchemaFlaws tells what schemas have, or lack, that later definitions may have, or lack, too. */
export interface SchemaFlaws {
  readonly defaults: boolean;
  /** extensions: some x-kubernetes-… says how a value is meant. */
  readonly extensions: boolean;
  /** structural: some schema is not. */
  readonly structural: boolean;
  /** types: some type is none. */
  readonly types: boolean;
  /** unprunedDefaults: some default has fields that its schema does not know. */
  readonly unprunedDefaults: boolean;
  /** sets: items of some set are not compared as a whole. */
  readonly sets: boolean;
  /** mapKeys: some key of a list may be missing or null. */
  readonly mapKeys: boolean;
}

/** schemaFlaws looks through schemas and all schemas in them. Pure. */
export function schemaFlaws(schemas: readonly JsonSchema[]): SchemaFlaws {
  const all = schemas.flatMap(allParts);
  return {
    defaults: all.some(s => s.default !== undefined),
    extensions: all.some(isExtended),
    structural: schemas.some(s => !isReadable(s) || validateStructural(s, Path.at()).length > 0),
    types: all.some(s => s.type && !TYPES.includes(s.type)),
    unprunedDefaults: all.some(isUnpruned),
    sets: all.some(s => s['x-kubernetes-list-type'] === 'set' && isLoose(itemSchema(s))),
    mapKeys: all.some(s => mapKeyErrors(s, Path.at()).length > 0),
  };
}

function allParts(schema: JsonSchema): JsonSchema[] {
  return [schema, ...schemaParts(schema, Path.at()).flatMap(([part]) => allParts(part))];
}

function isExtended(schema: JsonSchema): boolean {
  return (
    schema['x-kubernetes-embedded-resource'] === true ||
    schema['x-kubernetes-preserve-unknown-fields'] !== undefined ||
    schema['x-kubernetes-int-or-string'] === true ||
    (schema['x-kubernetes-list-map-keys'] ?? []).length > 0 ||
    schema['x-kubernetes-list-type'] !== undefined ||
    (schema['x-kubernetes-validations'] ?? []).length > 0
  );
}

function isUnpruned(schema: JsonSchema): boolean {
  const pruned = deepClone(schema.default);
  return prunePart(pruned, new SchemaNode(schema)) && !deepEqual(pruned, schema.default);
}

/** isLoose: objects are compared as a whole if they say so, lists unless they say otherwise. */
function isLoose(items: JsonSchema | undefined): boolean {
  if (items?.type === 'array') return (items['x-kubernetes-list-type'] ?? 'atomic') !== 'atomic';
  return items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic';
}
