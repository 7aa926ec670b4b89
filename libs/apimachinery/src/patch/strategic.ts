import { goPrint } from '../go-print';
import { deepClone, getOwn, isRecord, setOwn } from '../json';
import { untyped, type FieldSchema, type TypeSchema } from '../schema';
import { badRequest, StatusError } from '../status-error';
import { followsOrder, identityOf, orderItems } from './element-order';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const SET_ORDER = '$setElementOrder/';

const failed = (message: string) => new StatusError(500, '', message);
const noMergeKey = (item: unknown, key: string) =>
  failed(`map: ${goPrint(item)} does not contain declared merge key: ${key}`);
const badDirective = (directive: unknown, map: unknown) =>
  failed(`unknown patch type: ${goPrint(directive)} in map: ${goPrint(map)}`);

type Json = Record<string, unknown>;

/**
 * applyStrategicMergePatch merges a patch by the schema's strategies and the patch's directives ($patch, $retainKeys,
 * $deleteFromPrimitiveList, $setElementOrder). Neither argument is changed. It throws a StatusError in the API's words.
 */
export function applyStrategicMergePatch(schema: TypeSchema, doc: unknown, patch: unknown): Json {
  if (!isRecord(patch)) {
    const kind = Array.isArray(patch)
      ? 'array'
      : patch === null
        ? 'null'
        : typeof patch === 'boolean'
          ? 'bool'
          : typeof patch;
    throw badRequest(`json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`);
  }
  return mergeObject(schema, isRecord(doc) ? doc : {}, patch);
}

function fieldOf(schema: TypeSchema, key: string): FieldSchema {
  const known = schema.kind === 'map' ? undefined : schema.field(key);
  return known ?? { name: key, schema: (schema.kind === 'map' && schema.element) || untyped, patchStrategy: [] };
}

function mergeObject(schema: TypeSchema, original: Json, patch: Json): Json {
  if (Object.hasOwn(patch, DIRECTIVE)) return replaceObject(patch);
  const rest = { ...patch };
  const result: Json = {};
  const retained = retainedKeys(rest);
  delete rest[RETAIN_KEYS];
  for (const key of Object.keys(original))
    if (!retained || retained.has(key)) setOwn(result, key, deepClone(original[key]));

  for (const key of Object.keys(rest).filter(k => k.startsWith(SET_ORDER))) {
    const name = key.slice(SET_ORDER.length);
    const merged = mergeOrdered(fieldOf(schema, name), getOwn(result, name), getOwn(rest, name), rest[key]);
    delete rest[key];
    if (!merged) continue;
    setOwn(result, name, merged);
    delete rest[name];
  }
  for (const [key, value] of Object.entries(rest)) {
    if (key.startsWith(DELETE_FROM)) deleteFromList(result, key.slice(DELETE_FROM.length), value);
    else if (value === null) delete result[key];
    else setOwn(result, key, mergeField(fieldOf(schema, key), getOwn(result, key), value));
  }
  return result;
}

/** replaceObject obeys `$patch` on an object: replace takes the rest of the patch as it is, delete leaves nothing. */
function replaceObject(patch: Json): Json {
  const { [DIRECTIVE]: directive, ...rest } = patch;
  if (directive === 'replace') return deepClone(rest);
  if (directive === 'delete') return {};
  throw badDirective(directive, patch);
}

/** retainedKeys are the keys that `$retainKeys` leaves in the original; the patch may not set any other. */
function retainedKeys(patch: Json): Set<string> | undefined {
  const listed = patch[RETAIN_KEYS];
  if (listed === undefined) return undefined;
  if (!Array.isArray(listed)) throw badRequest('invalid patch format of retainKeys');
  const keys = new Set(listed as string[]);
  const isDirective = (key: string) => key === RETAIN_KEYS || key.startsWith(DELETE_FROM) || key.startsWith(SET_ORDER);
  if (Object.keys(patch).some(key => patch[key] !== null && !isDirective(key) && !keys.has(key))) {
    throw badRequest('invalid patch format of retainKeys');
  }
  return keys;
}

function mergeField({ schema, patchStrategy, patchMergeKey }: FieldSchema, original: unknown, patch: unknown): unknown {
  const replaces = patchStrategy.includes('replace');
  if (isRecord(original) && isRecord(patch))
    return replaces ? dropDirectives(patch) : mergeObject(schema, original, patch);
  if (Array.isArray(original) && Array.isArray(patch) && patchStrategy.includes('merge')) {
    return mergeList(schema, original, patch, patchMergeKey);
  }
  return dropDirectives(patch);
}

function mergeList(
  schema: TypeSchema,
  original: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string | undefined,
): unknown[] {
  if (!original.length && !patch.length) return [];
  const items = [...original, ...patch];
  if (items.some(Array.isArray)) throw failed('lists of lists are not supported');
  const maps = items.filter(isRecord).length;
  if (maps && maps < items.length) throw failed('list element types are not identical');
  if (!maps) return orderItems([...new Set(items)], patch, original, undefined);
  if (!mergeKey)
    throw failed(`cannot merge lists without merge key for ${schema.name ?? schema.element?.name ?? 'list'}`);

  const { base, changes } = obeyItemDirectives(original as Json[], patch as Json[], mergeKey);
  const merged: unknown[] = [...base];
  const places = new Map(base.map((item, i) => [identityOf(item, mergeKey), i] as const).reverse());
  for (const change of changes) {
    if (getOwn(change, mergeKey) === undefined) throw noMergeKey(change, mergeKey);
    const identity = identityOf(change, mergeKey);
    const at = places.get(identity);
    if (at === undefined) places.set(identity, merged.push(dropDirectives(change)) - 1);
    else merged[at] = mergeObject(schema.element ?? untyped, merged[at] as Json, change);
  }
  return orderItems(merged, changes, base, mergeKey);
}

/** obeyItemDirectives takes the items with a `$patch` out of a patch list: delete removes items, replace everything. */
function obeyItemDirectives(
  original: readonly Json[],
  patch: readonly Json[],
  mergeKey: string,
): { base: Json[]; changes: Json[] } {
  const deleted = new Set<unknown>();
  let replace = false;
  const changes: Json[] = [];
  for (const item of patch) {
    const directive = item[DIRECTIVE];
    if (directive === undefined) changes.push(item);
    else if (directive === 'delete') {
      if (getOwn(item, mergeKey) === undefined) throw noMergeKey(item, mergeKey);
      deleted.add(identityOf(item, mergeKey));
    } else if (directive === 'replace') replace = true;
    else if (directive === 'merge') throw failed('merging lists cannot yet be specified in the patch');
    else throw badDirective(directive, item);
  }
  const base = deleted.size ? original.filter(item => !deleted.has(identityOf(item, mergeKey))) : [...original];
  return replace ? { base: changes.map(item => dropDirectives(item) as Json), changes: [] } : { base, changes };
}

/** mergeOrdered merges a list that has a `$setElementOrder` beside it; undefined if there is no list on either side. */
function mergeOrdered(field: FieldSchema, original: unknown, patch: unknown, order: unknown): unknown[] | undefined {
  if (!Array.isArray(order)) throw badRequest('invalid patch format of setElementOrder list');
  for (const list of [original, patch]) {
    if (list !== undefined && list !== null && !Array.isArray(list))
      throw badRequest('invalid patch format of setElementOrder list');
  }
  const live = Array.isArray(original) ? original : undefined;
  const changes = Array.isArray(patch) ? patch : undefined;
  const { patchMergeKey } = field;
  const kept = (changes ?? []).filter(item => !(isRecord(item) && Object.hasOwn(item, DIRECTIVE)));
  if (!followsOrder(kept, order, patchMergeKey)) {
    throw failed(
      `The order in patch list:\n${goPrint(changes)}\n doesn't match $setElementOrder list:\n${goPrint(order)}\n`,
    );
  }
  if (!live && !changes) return undefined;
  const merged = !changes
    ? live!
    : !live
      ? (dropDirectives(changes) as unknown[])
      : (mergeField(field, live, changes) as unknown[]);
  return orderItems(merged, order, live ?? [], patchMergeKey);
}

function deleteFromList(result: Json, key: string, values: unknown): void {
  if (!Array.isArray(values)) throw badRequest('invalid patch format of primitive list');
  const present = getOwn(result, key);
  if (!Array.isArray(present)) return;
  const gone = new Set(values);
  setOwn(
    result,
    key,
    present.filter(item => !gone.has(item)),
  );
}

/** dropDirectives is the value that a patch adds where there was none: without the directives, and without nulls. */
function dropDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter(item => !(isRecord(item) && Object.hasOwn(item, DIRECTIVE))).map(dropDirectives);
  }
  if (!isRecord(value)) return value;
  const result: Json = {};
  for (const [key, item] of Object.entries(value)) {
    const directive =
      key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(DELETE_FROM) || key.startsWith(SET_ORDER);
    if (!directive && item !== null) setOwn(result, key, dropDirectives(item));
  }
  return result;
}
