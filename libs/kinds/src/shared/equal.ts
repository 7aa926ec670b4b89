/** isEmpty: absent, null, or an object, list or text without content. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

/** SELECTORS are fields in which nothing means something else than an empty object: none selects nothing, an empty one everything. */
const SELECTORS = new Set(['labelSelector', 'namespaceSelector', 'objectSelector', 'podSelector', 'selector']);

/** semanticEqual compares as the API does: absent, null and empty are the same but of selectors, key order does not count. */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => semanticEqual(item, b[i]));
  }
  if (isRecord(a) && isRecord(b)) {
    return (
      Object.keys(a).every(key => semanticEqual(a[key], b[key]) && isThere(key, a[key]) === isThere(key, b[key])) &&
      Object.keys(b).every(key => key in a || (isEmpty(b[key]) && !isThere(key, b[key])))
    );
  }
  return isEmpty(a) && isEmpty(b);
}

const isThere = (key: string, value: unknown): boolean => SELECTORS.has(key) && isRecord(value);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
