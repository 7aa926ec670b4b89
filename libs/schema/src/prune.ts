import { isRecord } from '@navarch/apimachinery';
import { META_FIELDS, type SchemaNode } from './node';

/** Unknown is told the path of each field that is dropped: `spec.list[0].x`. */
export type Unknown = (path: string) => void;

const ignore: Unknown = () => undefined;

/** prune drops from an object, in place, what its schema does not know; kind, apiVersion and metadata stay. Answers whether it dropped anything. */
export function prune(object: Record<string, unknown>, root: SchemaNode, unknown: Unknown = ignore): boolean {
  return pruneObject(object, root, '', root.preserves, true, unknown);
}

/** prunePart is prune for a value that stands in an object. */
export function prunePart(value: unknown, node: SchemaNode): boolean {
  return pruneValue(value, node, '', false, ignore);
}

function pruneValue(
  value: unknown,
  node: SchemaNode | 'any' | undefined,
  path: string,
  kept: boolean,
  tell: Unknown,
): boolean {
  if (Array.isArray(value)) {
    const items = node instanceof Object ? node.items : undefined;
    if (!items && (kept || (node instanceof Object && node.preserves))) return false;
    let changed = false;
    const keeps = node instanceof Object && node.preserves;
    value.forEach((item, i) => {
      if (pruneValue(item, items, `${path}[${i}]`, keeps, tell)) changed = true;
    });
    return changed;
  }
  if (!isRecord(value)) return false;
  if (node === undefined || node === 'any') return !kept && dropAll(value, path, tell);
  return pruneObject(value, node, path, kept || node.preserves, node.embedded, tell);
}

/** pruneObject: `kept` says that unknown fields stay, because the object or the list it is in preserves them. */
function pruneObject(
  object: Record<string, unknown>,
  node: SchemaNode,
  path: string,
  kept: boolean,
  isResource: boolean,
  tell: Unknown,
): boolean {
  let changed = false;
  for (const name of Object.keys(object)) {
    if (isResource && META_FIELDS.has(name)) continue;
    const child = node.child(name);
    const at = path ? `${path}.${name}` : name;
    if (child !== undefined) {
      if (pruneValue(object[name], child, at, false, tell)) changed = true;
    } else if (!kept) {
      tell(at);
      delete object[name];
      changed = true;
    }
  }
  return changed;
}

function dropAll(object: Record<string, unknown>, path: string, tell: Unknown): boolean {
  const names = Object.keys(object);
  for (const name of names) {
    tell(`${path}.${name}`);
    delete object[name];
  }
  return names.length > 0;
}
