import { getOwn, isRecord } from '@navarch/apimachinery';

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
