import { isRecord, setOwn } from './equal';

/** sortedKeys is an object with the keys of all objects in it in order, so that equal ones have equal bytes. Parts that are in order are shared. */
export function sortedKeys<T>(value: T): T {
  if (Array.isArray(value)) {
    const items = value.map(sortedKeys);
    return items.some((item, i) => item !== value[i]) ? (items as T) : value;
  }
  if (!isRecord(value)) return value;
  const keys = Object.keys(value);
  const sorted = [...keys].sort();
  const copy: Record<string, unknown> = {};
  let same = true;
  sorted.forEach((key, i) => {
    const part = sortedKeys(value[key]);
    if (keys[i] !== key || part !== value[key]) same = false;
    setOwn(copy, key, part);
  });
  return same ? value : (copy as T);
}
