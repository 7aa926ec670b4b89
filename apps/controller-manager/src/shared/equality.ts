/**
 * semanticEqual compares JSON values as the API does: an absent field, null, an empty list and an empty map are the same.
 * Neither the order of keys nor how a number was written matters.
 */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isEmpty(a) && isEmpty(b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => semanticEqual(item, b[i]));
  if (!isMap(a) || !isMap(b)) return false;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) if (!semanticEqual(a[key], b[key])) return false;
  return true;
}

/** sortedJson renders a value with the keys of its maps in order and all else as it is. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isMap(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** canonicalJson renders a value so that semantically equal ones give the same text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isMap(value)) return JSON.stringify(value) ?? 'null';
  const fields = Object.keys(value)
    .filter(key => !isEmpty(value[key]))
    .sort()
    .map(key => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
  return `{${fields.join(',')}}`;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isMap(value) && Object.values(value).every(inner => inner === undefined);
}
