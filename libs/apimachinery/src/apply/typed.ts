import { deepEqual, getOwn, isRecord, setOwn } from '../json';
import { deduced, scalar, untyped, type TypeSchema } from '../schema';
import { fieldElement, FieldSet, keyElement, LEAF, valueElement, type PathElement } from './field-set';
import { ownershipOf, type Ownership } from './releases';

/** Shape is how a value is owned: as a whole, field by field, or item by item. */
type Shape = 'leaf' | 'object' | 'items';

/** shapeOf looks at the schema, and at the value, or at both of two, where there is none. */
function shapeOf(schema: TypeSchema, one: unknown, other?: unknown): Shape {
  if (schema.atomic) return 'leaf';
  switch (schema.kind) {
    case 'object':
    case 'map':
      return (isAbsent(one) || isRecord(one)) && (isAbsent(other) || isRecord(other)) ? 'object' : 'leaf';
    case 'list':
      return (schema.listType ?? 'atomic') !== 'atomic' &&
        (isAbsent(one) || Array.isArray(one)) &&
        (isAbsent(other) || Array.isArray(other))
        ? 'items'
        : 'leaf';
    case 'untyped':
      if (isAbsent(one)) return isRecord(other) ? 'object' : 'leaf';
      return isRecord(one) && (isAbsent(other) || isRecord(other)) ? 'object' : 'leaf';
    default:
      return 'leaf';
  }
}

const isAbsent = (value: unknown) => value === undefined || value === null;

/** childSchema is the structure behind a field; a field that nobody declared is untyped. */
export function childSchema(schema: TypeSchema, key: string): TypeSchema {
  if (schema.kind === 'untyped') return deduced;
  if (schema.kind === 'map') return schema.element ?? scalar;
  return schema.field(key)?.schema ?? (schema.preservesUnknown ? deduced : untyped);
}

/** itemElement names a list's item: by those of its keys that it has (defaults filled in), or by its value. */
export function itemElement(schema: TypeSchema, item: unknown): PathElement {
  if (schema.listType !== 'map') return valueElement(item);
  const keys: [string, unknown][] = [];
  for (const key of sortedKeys(schema)) {
    const own = isRecord(item) ? getOwn(item, key) : undefined;
    const value = own === undefined ? getOwn(schema.keyDefaults ?? noDefaults, key) : own;
    if (value !== undefined) keys.push([key, value]);
  }
  return keyElement(keys);
}

const noDefaults = {};
const sorted = new WeakMap<TypeSchema, readonly string[]>();

/** sortedKeys are the keys that name a list's items, in the order of their text. */
function sortedKeys(schema: TypeSchema): readonly string[] {
  let keys = sorted.get(schema);
  if (!keys) sorted.set(schema, (keys = [...(schema.mapKeys ?? [])].sort()));
  return keys;
}

const isEmpty = (value: unknown) =>
  value === undefined ||
  value === null ||
  (isRecord(value) ? Object.keys(value).length === 0 : Array.isArray(value) && value.length === 0);
const elementOf = (schema: TypeSchema) => schema.element ?? untyped;
const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** toFieldSet is the set of fields that a configuration names. */
export function toFieldSet(schema: TypeSchema, value: unknown, ownership: Ownership = ownershipOf()): FieldSet {
  const set = new FieldSet();
  collect(schema, value, [], set, ownership.ownsEmpty);
  return set;
}

function collect(
  schema: TypeSchema,
  value: unknown,
  path: readonly PathElement[],
  set: FieldSet,
  ownsEmpty: boolean,
): void {
  switch (shapeOf(schema, value)) {
    case 'leaf':
      return set.insert(path);
    case 'object':
      for (const [key, child] of Object.entries(record(value))) {
        if (child === undefined) continue;
        const below = [...path, fieldElement(key)];
        collect(childSchema(schema, key), child, below, set, ownsEmpty);
        const emptyObject = isRecord(child) && Object.keys(child).length === 0;
        const declared = schema.kind === 'object' && schema.field(key) !== undefined;
        if (!declared || (ownsEmpty && (child === null || emptyObject))) set.insert(below);
      }
      return;
    case 'items':
      for (const item of list(value)) {
        const below = [...path, itemElement(schema, item)];
        if (isRecord(item)) collect(elementOf(schema), item, below, set, ownsEmpty);
        set.insert(below);
      }
  }
}

/** Comparison tells how the second of two values differs from the first. */
export interface Comparison {
  readonly added: FieldSet;
  readonly removed: FieldSet;
  readonly modified: FieldSet;
}

/** compare finds the fields that were added, removed and modified. */
export function compare(schema: TypeSchema, before: unknown, after: unknown): Comparison {
  const result = { added: new FieldSet(), removed: new FieldSet(), modified: new FieldSet() };
  compareInto(schema, before, after, new Place(result));
  return result;
}

/** Place is a field on the way through a comparison. A set gets its parts along the way when something in them is found. */
class Place {
  private added: FieldSet | undefined;
  private removed: FieldSet | undefined;
  private modified: FieldSet | undefined;
  private readonly above: Place | undefined;

  constructor(
    above: Place | Comparison,
    private readonly step: PathElement = '',
  ) {
    if (above instanceof Place) this.above = above;
    else ({ added: this.added, removed: this.removed, modified: this.modified } = above);
  }

  /** mark adds this place to a set; the whole object is no place. */
  mark(which: keyof Comparison): void {
    this.above?.at(which).add(this.step);
  }

  at(which: keyof Comparison): FieldSet {
    return (this[which] ??= this.above!.at(which).enter(this.step));
  }
}

/** compareInto compares two values that are both there. */
function compareInto(schema: TypeSchema, before: unknown, after: unknown, place: Place): void {
  if (deepEqual(before, after)) return;
  const shape = shapeOf(schema, before, after);
  // Two empty values are compared as wholes, so that null and empty stay different.
  if (shape === 'leaf' || (isEmpty(before) && isEmpty(after))) {
    place.mark('modified');
    // Where nothing is known, an object that something else takes the place of loses its fields, and the other way round.
    if (schema === deduced && isRecord(before) !== isRecord(after)) compareFields(schema, before, after, place);
    return;
  }
  if (shape === 'object') return compareFields(schema, before, after, place);
  const [left, right] = [indexItems(schema, list(before)), indexItems(schema, list(after))];
  for (const step of new Set([...left.keys(), ...right.keys()])) {
    const [a, b] = [left.get(step), right.get(step)];
    const several = (a?.length ?? 0) > 1 || (b?.length ?? 0) > 1;
    // Items that share their keys cannot be told apart: they are compared together.
    if (several) comparePart(untyped, a, b, place, step);
    else comparePart(elementOf(schema), a?.[0], b?.[0], place, step);
  }
}

function compareFields(schema: TypeSchema, before: unknown, after: unknown, place: Place): void {
  const [left, right] = [record(before), record(after)];
  for (const key of Object.keys(left))
    comparePart(childSchema(schema, key), left[key], getOwn(right, key), place, fieldElement(key));
  for (const key of Object.keys(right))
    if (!Object.hasOwn(left, key))
      comparePart(childSchema(schema, key), undefined, right[key], place, fieldElement(key));
}

/** comparePart compares what is below a place at a step; undefined where a value has nothing there. */
function comparePart(schema: TypeSchema, before: unknown, after: unknown, place: Place, step: PathElement): void {
  if (before !== undefined && after !== undefined) compareInto(schema, before, after, new Place(place, step));
  else if (after !== undefined) place.at('added').below.set(step, wholeOf(schema, after));
  else if (before !== undefined) place.at('removed').below.set(step, wholeOf(schema, before));
}

/** wholeOf is a place with all the places below it. */
function wholeOf(schema: TypeSchema, value: unknown): FieldSet {
  const shape = shapeOf(schema, undefined, value);
  if (shape === 'leaf' || isEmpty(value)) return LEAF;
  const whole = new FieldSet(true);
  if (shape === 'object') {
    const object = record(value);
    for (const key of Object.keys(object)) {
      const child = object[key];
      if (child !== undefined) whole.below.set(fieldElement(key), wholeOf(childSchema(schema, key), child));
    }
  } else {
    const element = elementOf(schema);
    for (const [step, items] of indexItems(schema, list(value)))
      whole.below.set(step, items.length > 1 ? LEAF : wholeOf(element, items[0]));
  }
  return whole;
}

export function indexItems(schema: TypeSchema, items: readonly unknown[]): Map<PathElement, unknown[]> {
  const index = new Map<PathElement, unknown[]>();
  for (const item of items) {
    const step = itemElement(schema, item);
    const same = index.get(step);
    if (same) same.push(item);
    else index.set(step, [item]);
  }
  return index;
}

/** merge lays a configuration over a live value: fields it names win, lists keep the live order around the items it names. */
export function merge(
  schema: TypeSchema,
  live: unknown,
  config: unknown,
  ownership: Ownership = ownershipOf(),
): unknown {
  if (config === undefined) return live;
  if (live === undefined) return config;
  const shape = shapeOf(schema, live, config);
  if (shape === 'leaf' || (isEmpty(live) && isEmpty(config))) return config;
  if (shape === 'items') {
    const [left, right] = [list(live), list(config)];
    return ownership.ordersByConfig
      ? mergeItems(schema, left, right, ownership)
      : appendItems(schema, left, right, ownership);
  }
  const out: Record<string, unknown> = {};
  const [left, right] = [record(live), record(config)];
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    setOwn(out, key, merge(childSchema(schema, key), getOwn(left, key), getOwn(right, key), ownership));
  }
  return out;
}

/** appendItems keeps the live list's order, and puts what is new at the end. */
function appendItems(
  schema: TypeSchema,
  live: readonly unknown[],
  config: readonly unknown[],
  ownership: Ownership,
): unknown[] {
  const configured = indexItems(schema, config);
  const out = live.map(item => {
    const step = itemElement(schema, item);
    const own = configured.get(step)?.at(-1);
    configured.delete(step);
    return merge(elementOf(schema), item, own, ownership);
  });
  for (const items of configured.values()) out.push(items.at(-1));
  return out;
}

/** mergeItems keeps the live list's order and puts the configured items into theirs: where the two disagree, the configuration's wins. */
function mergeItems(
  schema: TypeSchema,
  live: readonly unknown[],
  config: readonly unknown[],
  ownership: Ownership,
): unknown[] {
  const liveSteps = live.map(item => itemElement(schema, item));
  const configSteps = config.map(item => itemElement(schema, item));
  const liveByStep = new Map(liveSteps.map((step, i) => [step, live[i]] as const));
  const inConfig = new Set(configSteps);
  const shared = configSteps.filter(step => liveByStep.has(step));
  const merged = new Set<PathElement>();
  const out: unknown[] = [];
  const take = (i: number) => {
    const step = configSteps[i]!;
    merged.add(step);
    if (shared[0] === step) shared.shift();
    out.push(merge(elementOf(schema), liveByStep.get(step), config[i], ownership));
  };
  let l = 0;
  let c = 0;
  while (l < live.length || c < config.length) {
    const step = liveSteps[l];
    if (step !== undefined && c < config.length) {
      if (step === configSteps[c]) {
        take(c++);
        l++;
        continue;
      }
      // A shared item whose turn it is not waits for its place in the configuration's order.
      if (inConfig.has(step) && shared.length && shared[0] !== step) {
        l++;
        continue;
      }
    }
    if (step !== undefined) {
      if (!inConfig.has(step)) {
        out.push(live[l++]);
        continue;
      }
      if (merged.has(step)) {
        l++;
        continue;
      }
    }
    if (c < config.length) take(c++);
    else l++;
  }
  return out;
}

/**
 * removeItems is the value without the members of a set. Lists that lose all they had become undefined; with `nulls` they, and
 * objects that lose all, stay as null where they were.
 */
export function removeItems(schema: TypeSchema, value: unknown, gone: FieldSet, nulls = false): unknown {
  if (gone.empty) return value;
  const shape = shapeOf(schema, value);
  if (shape === 'leaf') return nulls && schema.kind !== 'scalar' ? null : value;
  if (shape === 'object') {
    const out: Record<string, unknown> = {};
    for (const [key, child] of Object.entries(record(value))) {
      const below = gone.below.get(fieldElement(key));
      if (below?.own) continue;
      const kept = below ? removeItems(childSchema(schema, key), child, below, nulls) : child;
      if (kept !== undefined) setOwn(out, key, kept);
    }
    return nulls && !Object.keys(out).length ? null : out;
  }
  const items: unknown[] = [];
  for (const item of list(value)) {
    const below = gone.below.get(itemElement(schema, item));
    if (below?.own) continue;
    items.push(below ? removeItems(elementOf(schema), item, below, nulls) : item);
  }
  if (items.length) return items;
  return nulls ? null : undefined;
}

/** withNamedFields adds the objects and items on the way to a set's members, so that removing them takes their containers too. */
export function withNamedFields(schema: TypeSchema, set: FieldSet): FieldSet {
  const result = new FieldSet(set.own);
  for (const [step, child] of set.below) {
    if (!child.below.size) {
      result.below.set(step, child);
      continue;
    }
    const isField = step.startsWith('f:');
    const { own, below } = withNamedFields(isField ? childSchema(schema, step.slice(2)) : elementOf(schema), child);
    // Declared fields of an object count as there; the keys of a map only if they are members.
    result.below.set(step, new FieldSet(own || (isField && schema.kind === 'object'), below));
  }
  return result;
}
