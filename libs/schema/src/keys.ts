import { getOwn, isRecord, goJson, type FieldError } from '@navarch/apimachinery';
import { renderValue } from './render';
import type { SchemaNode } from './node';

/** repeatedItems finds items that stand twice in lists of type set, or under one key in lists of type map. */
export function repeatedItems(value: unknown, root: SchemaNode): FieldError[] {
  const errors: FieldError[] = [];
  walk(value, root, '', errors);
  return errors;
}

function walk(value: unknown, node: SchemaNode | 'any' | undefined, path: string, errors: FieldError[]): void {
  if (node === undefined || node === 'any' || !node.hasKeys) return;
  if (Array.isArray(value)) {
    if (node.listType === 'set') repeated(value, path, errors, item => item);
    if (node.listType === 'map') keyed(value, node.mapKeys, path, errors);
    value.forEach((item, i) => walk(item, node.items, `${path}[${i}]`, errors));
  } else if (isRecord(value)) {
    for (const name of Object.keys(value)) walk(value[name], node.child(name), node.pathOf(path, name), errors);
  }
}

function keyed(list: readonly unknown[], keys: readonly string[], path: string, errors: FieldError[]) {
  const wrong = list.findIndex(item => item !== null && !isRecord(item));
  if (wrong >= 0) {
    const why = 'must be an object for an array of list-type map';
    const message = `Invalid value: ${renderValue(list[wrong])}: ${why}`;
    errors.push({ reason: 'FieldValueInvalid', field: `${path}[${wrong}]`, message });
    return;
  }
  repeated(list, path, errors, item => {
    const own = keys.map(key => [key, isRecord(item) ? getOwn(item, key) : undefined] as const);
    return Object.fromEntries(own.filter(([, value]) => value !== undefined));
  });
}

/** repeated compares items by their canonical JSON; each repetition is told once. */
function repeated(
  list: readonly unknown[],
  path: string,
  errors: FieldError[],
  keyOf: (item: unknown) => unknown,
): void {
  const seen = new Map<string, boolean>();
  list.forEach((item, i) => {
    const key = keyOf(item);
    const text = goJson(key);
    const told = seen.get(text);
    seen.set(text, told !== undefined);
    if (told !== false) return;
    const message = `Duplicate value: ${renderValue(key)}`;
    errors.push({ reason: 'FieldValueDuplicate', field: `${path}[${i}]`, message });
  });
}
