import { goPrint, goText } from '../go-print';
import { deepClone, getOwn, isRecord, setOwn } from '../json';
import { untyped, type FieldSchema, type TypeSchema } from '../schema';
import { badRequest, StatusError } from '../status-error';
import { identityOf, orderItems } from './element-order';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList';
const SET_ORDER = '$setElementOrder';

const failed = (message: string) => new StatusError(500, '', message);
const noMergeKey = (item: unknown, key: string) =>
  failed(`map: ${goPrint(item)} does not contain declared merge key: ${key}`);
const badDirective = (directive: unknown, map: unknown) =>
  failed(`unknown patch type: ${goText(directive)} in map: ${goPrint(map)}`);

/** beside is the field that a directive's key is about; what has no field behind its slash is `badFormat`. */
function beside(key: string, directive: string, what: string): string {
  if (!key.startsWith(`${directive}/`)) throw badRequest(`invalid patch format of ${what}`);
  return key.slice(directive.length + 1);
}

type Json = Record<string, unknown>;

/** Merging is how a release merges, where releases differ. */
interface Merging {
  /** takesAsIs: what a patch adds is taken with the directives and nulls in it, and so is a list to delete from what is not there. */
  readonly takesAsIs: boolean;
  /** spends: what has been obeyed is taken out of the patch. */
  readonly spends?: boolean;
}

/** TAKES_AS_IS_UNTIL is the last release that looked into nothing that a patch adds. */
const TAKES_AS_IS_UNTIL = 20;

/**
 * applyStrategicMergePatch merges a patch by the schema's strategies and the patch's directives ($patch, $retainKeys,
 * $deleteFromPrimitiveList, $setElementOrder), as the release `emulated` does. Neither argument is changed. It throws a
 * StatusError in the API's words.
 */
export function applyStrategicMergePatch(schema: TypeSchema, doc: unknown, patch: unknown, emulated = 33): Json {
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
  return mergeObject(schema, isRecord(doc) ? doc : {}, patch, { takesAsIs: emulated <= TAKES_AS_IS_UNTIL });
}

/**
 * spentPatch is what a strategic merge leaves of a patch that it has applied, which is what messages show: without the directives that were obeyed
 * and the lists that were merged in the order that stood beside them. The patch itself stays.
 */
export function spentPatch(schema: TypeSchema, doc: Json, patch: Json, emulated = 33): Json {
  const spent = deepClone(patch);
  mergeObject(schema, doc, spent, { takesAsIs: emulated <= TAKES_AS_IS_UNTIL, spends: true });
  return spent;
}

/** fieldOf looks a field up whose value is merged with another; only fields of structs can be. */
function fieldOf(schema: TypeSchema, key: string): FieldSchema {
  const known = schema.kind === 'object' ? schema.field(key) : undefined;
  if (known) return known;
  if (schema === untyped) return { name: key, schema: untyped, patchStrategy: [] };
  const { kind, name = '' } = schema;
  if (kind === 'object' || kind === 'untyped')
    throw failed(
      `unable to find api field in struct ${name.split('.').at(-1)} for the json field ${JSON.stringify(key)}`,
    );
  throw failed(
    `merging an object in json but data type is not struct, instead is: ${kind === 'list' ? 'slice' : kind}`,
  );
}

function mergeObject(schema: TypeSchema, original: Json, patch: Json, merging: Merging): Json {
  if (Object.hasOwn(patch, DIRECTIVE)) return replaceObject(patch, merging);
  const rest = merging.spends ? patch : { ...patch };
  const result: Json = {};
  const retained = retainedKeys(rest);
  delete rest[RETAIN_KEYS];
  for (const key of Object.keys(original))
    if (!retained || retained.has(key)) setOwn(result, key, deepClone(original[key]));

  for (const key of Object.keys(rest).filter(k => k.startsWith(SET_ORDER))) {
    if (!Array.isArray(rest[key])) throw noList(rest[key]);
    const name = beside(key, SET_ORDER, 'setElementOrder list');
    const merged = mergeOrdered(
      schema,
      name,
      getOwn(result, name),
      getOwn(rest, name),
      rest[key] as unknown[],
      merging,
    );
    delete rest[key];
    if (!merged) continue;
    setOwn(result, name, merged);
    delete rest[name];
  }
  const added = (value: unknown) => (merging.takesAsIs ? deepClone(value) : dropDirectives(value));
  for (const [key, value] of Object.entries(rest)) {
    const deletes = key.startsWith(DELETE_FROM);
    const name = deletes ? beside(key, DELETE_FROM, 'primitive list') : key;
    const present = getOwn(result, name);
    if (value === null) delete result[name];
    else if (isRecord(present) && isRecord(value)) {
      const { schema: below, patchStrategy } = fieldOf(schema, name);
      setOwn(
        result,
        name,
        patchStrategy.includes('replace') ? added(value) : mergeObject(below, present, value, merging),
      );
    } else if (Array.isArray(present) && Array.isArray(value)) {
      const field = fieldOf(schema, name);
      if (!field.patchStrategy.includes('merge'))
        setOwn(result, name, deletes && !merging.takesAsIs ? present : added(value));
      else setOwn(result, name, mergeList(field, present, value, merging, deletes));
    } else if (!deletes || merging.takesAsIs) setOwn(result, name, added(value));
    else if (!Array.isArray(value)) throw badRequest('invalid patch format of primitive list');
  }
  return result;
}

/** replaceObject obeys `$patch` on an object: replace takes the rest of the patch as it is, delete leaves nothing. */
function replaceObject(patch: Json, { spends }: Merging): Json {
  const { [DIRECTIVE]: directive, ...rest } = patch;
  if (directive === 'replace') {
    if (spends) delete patch[DIRECTIVE];
    return deepClone(rest);
  }
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

/** mergeList merges a list of scalars by value, or one of objects by merge key. `deletes`: the patch lists scalars to go. */
function mergeList(
  { schema, patchMergeKey: mergeKey }: FieldSchema,
  original: readonly unknown[],
  patch: readonly unknown[],
  merging: Merging,
  deletes = false,
): unknown[] {
  if (!original.length && !patch.length) return [];
  if (!checkAlike(original, patch)) {
    if (!deletes) return orderItems([...new Set([...original, ...patch])], patch, original, undefined);
    const gone = new Set(patch);
    return original.filter(item => !gone.has(item));
  }
  if (!mergeKey) throw failed('cannot merge lists without merge key for struct');

  const { base, changes } = obeyItemDirectives(original as Json[], patch as Json[], mergeKey, merging);
  const merged: unknown[] = [...base];
  const places = new Map<unknown, number>();
  base.forEach((item, i) => {
    const identity = identityOf(item, mergeKey);
    if (Object.hasOwn(item, mergeKey) && !places.has(identity)) places.set(identity, i);
  });
  for (const change of changes) {
    if (getOwn(change, mergeKey) === undefined) throw noMergeKey(change, mergeKey);
    const identity = identityOf(change, mergeKey);
    const at = places.get(identity);
    if (at === undefined)
      places.set(identity, merged.push(merging.takesAsIs ? deepClone(change) : dropDirectives(change)) - 1);
    else merged[at] = mergeObject(schema.element ?? untyped, merged[at] as Json, change, merging);
  }
  for (const item of merged) if (getOwn(item as Json, mergeKey) === undefined) throw noMergeKey(item, mergeKey);
  return orderItems(merged, changes, base, mergeKey);
}

/** checkAlike answers whether the items of both lists are objects; it throws if they are of several types, or lists. */
function checkAlike(original: readonly unknown[], patch: readonly unknown[]): boolean {
  const items = [...original, ...patch];
  const first = goTypeOf(items[0]);
  if (first === 'list')
    throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  if (items.some(item => goTypeOf(item) !== first))
    throw failed(`list element types are not identical: ${goPrint([original, patch])}`);
  return first === 'map';
}

const goTypeOf = (value: unknown) =>
  Array.isArray(value)
    ? 'list'
    : isRecord(value)
      ? 'map'
      : value === null
        ? 'nil'
        : typeof value === 'number'
          ? Number.isInteger(value)
            ? 'int'
            : 'float'
          : typeof value;

/** obeyItemDirectives takes the items with a `$patch` out of a patch list: delete removes items, replace everything. */
function obeyItemDirectives(
  original: readonly Json[],
  patch: readonly Json[],
  mergeKey: string,
  { takesAsIs }: Merging,
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
  const taken = (item: Json) => (takesAsIs ? deepClone(item) : (dropDirectives(item) as Json));
  return replace ? { base: changes.map(taken), changes: [] } : { base, changes };
}

/** mergeOrdered merges a list that has a `$setElementOrder` beside it; undefined if there is no list on either side. */
function mergeOrdered(
  schema: TypeSchema,
  name: string,
  original: unknown,
  patch: unknown,
  wanted: readonly unknown[],
  merging: Merging,
): unknown[] | undefined {
  for (const list of [original, patch]) if (list !== undefined && !Array.isArray(list)) throw noList(list);
  const field = fieldOf(schema, name);
  const live = original as unknown[] | undefined;
  const changes = patch as unknown[] | undefined;
  const { patchMergeKey } = field;
  checkOrder(changes ?? [], wanted, patchMergeKey);
  if (!live && !changes) return undefined;
  const merges = field.patchStrategy.includes('merge');
  const taken = () => (merging.takesAsIs ? deepClone(changes!) : (dropDirectives(changes) as unknown[]));
  const merged = !changes ? live! : !live || !merges ? taken() : mergeList(field, live, changes, merging);
  if (patchMergeKey) findEach(merged, wanted, patchMergeKey);
  if (!live?.length && !changes?.length) throw failed('no elements in any of the given slices');
  if (checkAlike(live ?? [], changes ?? []))
    for (const item of [...wanted, ...(live ?? [])]) keyOf(item, patchMergeKey);
  return orderItems(merged, wanted, live ?? [], patchMergeKey);
}

/** findEach looks for every item in the wanted order, which has to list objects as far as that takes. */
function findEach(merged: readonly unknown[], wanted: readonly unknown[], mergeKey: string): void {
  const odd = wanted.findIndex(item => !isRecord(item));
  const before = new Set(wanted.slice(0, odd < 0 ? undefined : odd).map(item => identityOf(item, mergeKey)));
  for (const item of merged) {
    keyOf(item, mergeKey);
    if (odd >= 0 && !before.has(identityOf(item, mergeKey))) throw failed(`value for key ${odd} is not a map`);
  }
}

/** keyOf is what an item is known by; it throws if the item is no object, or has no such key. */
function keyOf(item: unknown, mergeKey: string | undefined): unknown {
  if (!mergeKey) return identityOf(item, mergeKey);
  if (!isRecord(item)) throw noMap(item);
  if (getOwn(item, mergeKey) === undefined) throw noMergeKey(item, mergeKey);
  return identityOf(item, mergeKey);
}

/** checkOrder refuses a patch list whose items do not stand in the given order (others may stand between them there). */
function checkOrder(changes: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): void {
  if (!changes.length || !order.length) return;
  const odd = mergeKey ? changes.findIndex(item => !isRecord(item)) : -1;
  if (odd >= 0) throw noMap(changes[odd]);
  const kept = changes.filter(item => !(mergeKey && (item as Json)[DIRECTIVE] === 'delete'));
  let at = 0;
  let next = 0;
  while (next < kept.length && at < order.length) {
    const item = kept[next];
    if (isRecord(item) && Object.hasOwn(item, DIRECTIVE)) next++;
    else if (isSame(item, order[at++], mergeKey)) next++;
  }
  if (next < kept.length)
    throw failed(
      `The order in patch list:\n${goPrint(changes)}\n doesn't match $setElementOrder list:\n${goPrint(order)}\n`,
    );
}

function isSame(item: unknown, other: unknown, mergeKey: string | undefined): boolean {
  if (mergeKey && !isRecord(other)) throw noMap(other);
  return keyOf(item, mergeKey) === keyOf(other, mergeKey);
}

const GO_NAMES: Readonly<Record<string, string>> = {
  ...{ list: '[]interface {}', map: 'map[string]interface {}', nil: '%!s(<nil>)' },
  ...{ int: 'int64', float: 'float64', boolean: 'bool' },
};
const goName = (value: unknown) => GO_NAMES[goTypeOf(value)] ?? goTypeOf(value);
const noList = (value: unknown) => failed(`expected a []interface {}, but received a ${goName(value)}`);
const noMap = (value: unknown) => failed(`expected a map[string]interface {}, but received a ${goName(value)}`);

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
