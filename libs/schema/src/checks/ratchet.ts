import { deepEqual, getOwn, isRecord } from '@navarch/apimachinery';
import { additionalSchema, itemSchema, type JsonSchema } from '../json-schema';

/** correlated finds the item of the old list that an item of the new one continues; lists without keys have none. */
export function correlated(
  keys: readonly string[] | undefined,
  old: unknown,
): ((item: unknown) => unknown) | undefined {
  if (!keys || !Array.isArray(old)) return undefined;
  const byKey = new Map(old.map(item => [keyOf(item, keys), item as unknown]));
  return item => byKey.get(keyOf(item, keys));
}

/** keyOf is what identifies an item of a list with keys. */
export function keyOf(item: unknown, keys: readonly string[]): string {
  return isRecord(item) ? JSON.stringify(keys.map(key => getOwn(item, key) ?? null)) : '';
}

/** mapKeysOf are the keys by which the items of a list are matched; undefined: they are not. */
export function mapKeysOf(schema: JsonSchema): readonly string[] | undefined {
  return schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : undefined;
}

/** isUnchanged compares a value of a schema with the one before: of lists with keys, the order does not matter. */
export function isUnchanged(value: unknown, old: unknown, schema: JsonSchema | undefined): boolean {
  if (!schema) return deepEqual(value, old);
  if (Array.isArray(value) && Array.isArray(old)) {
    const before = correlated(mapKeysOf(schema), old);
    if (!before) return deepEqual(value, old);
    const same = (item: unknown) => isUnchanged(item, before(item), itemSchema(schema));
    return value.length === old.length && value.every(same);
  }
  if (!isRecord(value) || !isRecord(old)) return deepEqual(value, old);
  const names = Object.keys(value);
  const part = (name: string) => getOwn(schema.properties ?? {}, name) as JsonSchema | undefined;
  return (
    names.length === Object.keys(old).length &&
    names.every(
      name => Object.hasOwn(old, name) && isUnchanged(value[name], old[name], part(name) ?? additionalSchema(schema)),
    )
  );
}
