/** isEmpty: absent, null, or an object, list or text without content. `field` is the name that it has, if any. */
export function isEmpty(value: unknown, field = ''): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== 'object') return false;
  return Object.entries(value).every(([key, item]) => isEmpty(item, key) && !isText(field, item));
}

/** SELECTORS are fields in which nothing means something else than an empty object: none selects nothing, an empty one everything. */
const SELECTORS = new Set(['labelSelector', 'namespaceSelector', 'objectSelector', 'podSelector', 'selector']);

/** TEXTS are fields that map keys to texts: a key is there with an empty text, too. */
const TEXTS = new Set([
  'annotations',
  'attachmentMetadata',
  'binaryData',
  'data',
  'deprecatedTopology',
  'labels',
  'matchLabels',
  'nodeSelector',
  'options',
  'parameters',
  'selector',
  'stringData',
  'topology',
  'volumeAttributes',
]);

/**
 * semanticEqual compares as the API does: absent, null and empty are the same but of selectors and of the values of maps, key order does not
 * count. `field` is the name that both have, if any.
 */
export function semanticEqual(a: unknown, b: unknown, field = ''): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => semanticEqual(item, b[i]));
  }
  if (isRecord(a) && isRecord(b)) {
    const isThere = (key: string, value: unknown) => isSelector(key, value) || isText(field, value);
    return (
      Object.keys(a).every(
        key => semanticEqual(a[key], b[key], key) && isThere(key, a[key]) === isThere(key, b[key]),
      ) && Object.keys(b).every(key => key in a || (isEmpty(b[key], key) && !isThere(key, b[key])))
    );
  }
  return isEmpty(a, field) && isEmpty(b, field);
}

const isSelector = (field: string, value: unknown): boolean => SELECTORS.has(field) && isRecord(value);
const isText = (map: string, value: unknown): boolean => typeof value === 'string' && TEXTS.has(map);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
