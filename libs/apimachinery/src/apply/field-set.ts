import { getOwn, isRecord } from '../json';
import { remember } from '../remember';

/**
 * PathElement is one step of a field path in its FieldsV1 form: `f:name` a field, `k:{"name":"c"}` an item by its keys,
 * `v:"x"` an item by its value, `i:0` an item by its index.
 */
export type PathElement = string;

/** fieldElement is the step to a field. */
export const fieldElement: (name: string) => PathElement = remember(4096, name => `f:${name}`);
/** valueElement is the step to a set's item. */
export const valueElement = (value: unknown): PathElement => `v:${JSON.stringify(value)}`;
/** keyElement is the step to a map list's item; keys in the order of their names. */
export const keyElement = (keys: readonly (readonly [string, unknown])[]): PathElement =>
  `k:{${keys.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;

/** FieldSet is a set of field paths, as a tree. Built up by `insert`, never changed after it has been handed out: sets share their parts. */
export class FieldSet {
  /** members are the steps that end here: the fields owned themselves. */
  readonly members = new Set<PathElement>();
  /** children are the steps that go on. None of them is empty. */
  readonly children = new Map<PathElement, FieldSet>();

  get empty(): boolean {
    return this.members.size === 0 && this.children.size === 0;
  }

  /** insert adds a path, given as the steps to it. */
  insert(path: readonly PathElement[]): void {
    if (!path.length) return;
    let at = this as FieldSet;
    for (const step of path.slice(0, -1)) {
      let child = at.children.get(step);
      if (!child) at.children.set(step, (child = new FieldSet()));
      at = child;
    }
    at.members.add(path.at(-1)!);
  }

  union(other: FieldSet): FieldSet {
    if (other.empty) return this;
    if (this.empty) return other;
    const result = new FieldSet();
    for (const set of [this, other]) for (const step of set.members) result.members.add(step);
    for (const [step, child] of this.children) {
      const theirs = other.children.get(step);
      result.children.set(step, theirs ? child.union(theirs) : child);
    }
    for (const [step, child] of other.children) if (!this.children.has(step)) result.children.set(step, child);
    return result;
  }

  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const step of this.members) if (other.members.has(step)) result.members.add(step);
    for (const [step, child] of this.children) {
      const both = other.children.get(step)?.intersection(child);
      if (both && !both.empty) result.children.set(step, both);
    }
    return result;
  }

  /** difference is this set itself if nothing of it is in the other. */
  difference(other: FieldSet): FieldSet {
    if (other.empty) return this;
    const result = new FieldSet();
    let same = true;
    for (const step of this.members) {
      if (other.members.has(step)) same = false;
      else result.members.add(step);
    }
    for (const [step, child] of this.children) {
      const theirs = other.children.get(step);
      const rest = theirs ? child.difference(theirs) : child;
      if (rest !== child) same = false;
      if (!rest.empty) result.children.set(step, rest);
    }
    return same ? this : result;
  }

  /** without is the set without these places and everything below them. */
  without(places: readonly (readonly PathElement[])[]): FieldSet {
    if (!places.length) return this;
    const result = new FieldSet();
    const isGone = (step: PathElement) => places.some(place => place.length === 1 && place[0] === step);
    for (const step of this.members) if (!isGone(step)) result.members.add(step);
    for (const [step, child] of this.children) {
      if (isGone(step)) continue;
      const rest = child.without(places.filter(place => place[0] === step).map(place => place.slice(1)));
      if (!rest.empty) result.children.set(step, rest);
    }
    return result;
  }

  equals(other: FieldSet): boolean {
    return this.difference(other).empty && other.difference(this).empty;
  }

  has(path: readonly PathElement[]): boolean {
    let at: FieldSet | undefined = this as FieldSet;
    for (const step of path.slice(0, -1)) at = at?.children.get(step);
    return at?.members.has(path.at(-1)!) ?? false;
  }

  /** paths lists all members: first those that end here, then those below, each in order. */
  *paths(prefix: readonly PathElement[] = []): Generator<readonly PathElement[]> {
    for (const step of this.ownSteps()) yield [...prefix, step];
    for (const [step, child] of this.below()) yield* child.paths([...prefix, step]);
  }

  /** ownSteps are the members that end here, in order. */
  ownSteps(): PathElement[] {
    return [...this.members].sort(compareElements);
  }

  /** below are the sets below this one, in the order of their steps. */
  below(): [PathElement, FieldSet][] {
    return [...this.children].sort(([a], [b]) => compareElements(a, b));
  }
}

/** RANKS is the order of the kinds of steps. */
const RANKS = 'fkvi';

/** compareElements orders steps: by kind, then by name, keys or value; numbers by size. */
function compareElements(a: PathElement, b: PathElement): number {
  const kind = RANKS.indexOf(a[0]!) - RANKS.indexOf(b[0]!);
  if (kind || a[0] === 'f') return kind || compareText(a, b);
  const [left, right] = [valuesOf(a), valuesOf(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i], right[i]];
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : compareText(String(x), String(y));
    if (order) return order;
  }
  return left.length - right.length;
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** valuesOf are what a step is ordered by: names and values of keys in turn, or the value itself. */
function valuesOf(step: PathElement): unknown[] {
  const value: unknown = JSON.parse(step.slice(2));
  return isRecord(value) ? Object.entries(value).flat() : [value];
}

const EMPTY = new FieldSet();
function isEmptyRecord(value: unknown): boolean {
  if (!isRecord(value)) return false;
  for (const _ in value) return false;
  return true;
}

/** parseFieldsV1 reads the stored form of a field set. Unknown kinds of steps are left out; it throws an Error for what is no step. */
export function parseFieldsV1(fields: unknown): FieldSet {
  const set = new FieldSet();
  if (fields === undefined || fields === null) return set;
  if (!isRecord(fields)) throw new Error('no set of fields');
  for (const [step, below] of Object.entries(fields)) {
    if (step === '.') continue;
    checkElement(step);
    if (!RANKS.includes(step[0]!)) continue;
    // A step without anything below it is a member, and so is one with a dot.
    const child = isEmptyRecord(below) ? EMPTY : parseFieldsV1(below);
    if (child.empty || (isRecord(below) && Object.hasOwn(below, '.'))) set.members.add(step);
    if (!child.empty) set.children.set(step, child);
  }
  return set;
}

function checkElement(step: string): void {
  if (step.length < 2) throw new Error('key must be 2 characters long:');
  if (step[1] !== ':') throw new Error(`missing colon: ${step}`);
  if (step[0] === 'k' && !isRecord(JSON.parse(step.slice(2)))) throw new Error(`no keys: ${step}`);
  if (step[0] === 'v') JSON.parse(step.slice(2));
  if (step[0] === 'i' && !/^[+-]?\d+$/.test(step.slice(2))) throw new Error(`no index: ${step}`);
}

/** printFieldsV1 is the stored form of a field set, its keys in order. */
export function printFieldsV1(set: FieldSet): Record<string, unknown> {
  return printInto({}, set);
}

function printInto(out: Record<string, unknown>, set: FieldSet): Record<string, unknown> {
  const steps = [...set.members];
  for (const step of set.children.keys()) if (!set.members.has(step)) steps.push(step);
  if (steps.length > 1) steps.sort();
  for (const step of steps) {
    const child = set.children.get(step);
    // What is a member itself and has members below says so by a dot.
    const below: Record<string, unknown> = child && set.members.has(step) ? { '.': {} } : {};
    out[step] = child ? printInto(below, child) : below;
  }
  return out;
}

/** pathText shows a path as messages do: `.spec.containers[name="c"].image`. */
export function fieldPathText(path: readonly PathElement[]): string {
  return path.map(elementText).join('');
}

/** elementText shows one step: `.image`, `[name="c"]`, `[="x"]`, `[0]`. */
export function elementText(step: PathElement): string {
  const rest = step.slice(2);
  if (step.startsWith('f:')) return `.${rest}`;
  if (step.startsWith('v:')) return `[=${rest}]`;
  if (step.startsWith('i:')) return `[${rest}]`;
  const keys = JSON.parse(rest) as Record<string, unknown>;
  return `[${Object.keys(keys)
    .map(key => `${key}=${JSON.stringify(getOwn(keys, key))}`)
    .join(',')}]`;
}
