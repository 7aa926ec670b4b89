import { deepClone, isRecord, setOwn } from '@navarch/apimachinery';
import type { SchemaNode } from './node';

/** setDefaults fills in, in place, what the schema gives defaults for: absent fields, and null where null may not stand. Answers whether it did. */
export function setDefaults(value: unknown, node: SchemaNode | 'any' | undefined): boolean {
  if (node === undefined || node === 'any' || !node.hasDefaults) return false;
  if (Array.isArray(value)) return defaultItems(value, node.items);
  return isRecord(value) && defaultFields(value, node);
}

function defaultFields(object: Record<string, unknown>, node: SchemaNode): boolean {
  let changed = false;
  for (const [name, field] of node.properties) {
    if (field.default === undefined) continue;
    if (Object.hasOwn(object, name) && !isWrongNull(object[name], field)) continue;
    setOwn(object, name, deepClone(field.default));
    changed = true;
  }
  for (const name of Object.keys(object)) {
    const child = node.child(name);
    if (child === undefined || child === 'any') continue;
    if (!node.properties.has(name) && isWrongNull(object[name], child) && child.default !== undefined) {
      setOwn(object, name, deepClone(child.default));
      changed = true;
    }
    if (setDefaults(object[name], child)) changed = true;
  }
  return changed;
}

function defaultItems(list: unknown[], items: SchemaNode | undefined): boolean {
  if (!items) return false;
  let changed = false;
  list.forEach((item, i) => {
    if (isWrongNull(item, items) && items.default !== undefined) {
      list[i] = deepClone(items.default);
      changed = true;
    }
    if (setDefaults(list[i], items)) changed = true;
  });
  return changed;
}

const isWrongNull = (value: unknown, node: SchemaNode) => value === null && !node.nullable;

/** dropNulls takes away, in place, fields that are null although their schema does not let them be, and that no default is for. Items of lists stay. */
export function dropNulls(value: unknown, node: SchemaNode | 'any' | undefined): void {
  if (node === undefined || node === 'any') return;
  if (Array.isArray(value)) {
    for (const item of value) dropNulls(item, node.items);
    return;
  }
  if (!isRecord(value)) return;
  for (const name of Object.keys(value)) {
    const child = node.child(name);
    if (child === undefined || child === 'any') continue;
    if (isWrongNull(value[name], child) && child.default === undefined) delete value[name];
    else dropNulls(value[name], child);
  }
}
