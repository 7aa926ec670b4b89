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

/**
 * FieldSet is a set of field paths, as a tree that has the form of FieldsV1. Built up by `insert`, `add` and `enter`, never changed after
 * it has been handed out: sets share their parts.
 */
export class FieldSet {
  /**
   * own: the path that leads here is a member itself. `below` are the sets behind the steps that go on; none of them is empty.
   * A set by itself has no path that leads to it.
   */
  constructor(
    readonly own = false,
    readonly below: Map<PathElement, FieldSet> = new Map<PathElement, FieldSet>(),
  ) {}

  get empty(): boolean {
    return !this.own && this.below.size === 0;
  }

  /** insert adds a path, given as the steps to it; the empty path is none. */
  insert(path: readonly PathElement[]): void {
    const last = path.length - 1;
    if (last < 0) return;
    let at = this as FieldSet;
    for (let i = 0; i < last; i++) at = at.enter(path[i]!);
    at.add(path[last]!);
  }

  /** add makes a step a member. */
  add(step: PathElement): void {
    const child = this.below.get(step);
    if (!child) this.below.set(step, LEAF);
    else if (!child.own) this.below.set(step, new FieldSet(true, child.below));
  }

  /** enter is what is behind a step, to be built up: something has to be added to it. */
  enter(step: PathElement): FieldSet {
    let child = this.below.get(step);
    if (!child || child === LEAF) this.below.set(step, (child = new FieldSet(child === LEAF)));
    return child;
  }

  union(other: FieldSet): FieldSet {
    if (other === this || other.empty) return this;
    if (this.empty) return other;
    const below = new Map(this.below);
    for (const [step, theirs] of other.below) below.set(step, below.get(step)?.union(theirs) ?? theirs);
    return new FieldSet(this.own || other.own, below);
  }

  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet(this.own && other.own);
    for (const [step, child] of this.below) {
      const theirs = other.below.get(step);
      if (theirs) result.keep(step, child.intersection(theirs));
    }
    return result;
  }

  /** difference is this set itself if nothing of it is in the other. */
  difference(other: FieldSet): FieldSet {
    if (other.empty) return this;
    const result = new FieldSet(this.own && !other.own);
    let same = result.own === this.own;
    for (const [step, child] of this.below) {
      const theirs = other.below.get(step);
      const rest = theirs ? child.difference(theirs) : child;
      if (rest !== child) same = false;
      result.keep(step, rest);
    }
    return same ? this : result;
  }

  /** without is the set without these places and everything below them. */
  without(places: readonly (readonly PathElement[])[]): FieldSet {
    if (!places.length) return this;
    const result = new FieldSet(this.own);
    for (const [step, child] of this.below) {
      const there = places.filter(place => place[0] === step);
      if (there.some(place => place.length === 1)) continue;
      result.keep(step, child.without(there.map(place => place.slice(1))));
    }
    return result;
  }

  private keep(step: PathElement, child: FieldSet): void {
    if (!child.empty) this.below.set(step, child);
  }

  equals(other: FieldSet): boolean {
    return this.difference(other).empty && other.difference(this).empty;
  }

  has(path: readonly PathElement[]): boolean {
    let at: FieldSet | undefined = this as FieldSet;
    for (const step of path) at = at?.below.get(step);
    return at?.own ?? false;
  }

  /** paths lists all members: first those that end here, then those below, each in order. */
  *paths(prefix: readonly PathElement[] = []): Generator<readonly PathElement[]> {
    for (const step of this.ownSteps()) yield [...prefix, step];
    for (const [step, child] of this.parts()) yield* child.paths([...prefix, step]);
  }

  /** ownSteps are the members that end here, in order. */
  ownSteps(): PathElement[] {
    return this.inOrder(child => child.own).map(([step]) => step);
  }

  /** parts are the steps that go on further, with what is below them, in order. */
  parts(): [PathElement, FieldSet][] {
    return this.inOrder(child => child.below.size > 0);
  }

  private inOrder(wanted: (child: FieldSet) => boolean): [PathElement, FieldSet][] {
    return [...this.below].filter(([, child]) => wanted(child)).sort(([a], [b]) => compareElements(a, b));
  }
}

/** LEAF is behind every step that is a member and goes on no further; shared, and so never built up. */
export const LEAF = new FieldSet(true);

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

/** parseFieldsV1 reads the stored form of a field set. Unknown kinds of steps are left out; it throws an Error for what is no step. */
export function parseFieldsV1(fields: unknown): FieldSet {
  const set = new FieldSet();
  if (fields === undefined || fields === null) return set;
  if (!isRecord(fields)) throw new Error('no set of fields');
  for (const [step, below] of Object.entries(fields)) {
    if (step === '.') continue;
    checkElement(step);
    if (!RANKS.includes(step[0]!)) continue;
    const child = parseFieldsV1(below);
    // A step without anything below it is a member, and so is one with a dot.
    const own = child.below.size === 0 || (isRecord(below) && Object.hasOwn(below, '.'));
    set.below.set(step, !own ? child : child.below.size ? new FieldSet(true, child.below) : LEAF);
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

/** MEMBER is the stored form of what goes on no further. */
const MEMBER: Record<string, unknown> = Object.freeze({});

/** printFieldsV1 is the stored form of a field set, its keys in order. What is a member itself and has members below says so by a dot. */
export function printFieldsV1({ own, below }: FieldSet): Record<string, unknown> {
  if (!below.size) return MEMBER;
  const out: Record<string, unknown> = own ? { '.': MEMBER } : {};
  for (const step of sortedFew([...below.keys()])) out[step] = printFieldsV1(below.get(step)!);
  return out;
}

/** FEW is up to how many steps are sorted where they lie: Array.sort makes copies, which cost more than sorting them. */
const FEW = 24;

/** sortedFew sorts steps by their text, in place. */
function sortedFew(steps: PathElement[]): PathElement[] {
  if (steps.length > FEW) return steps.sort();
  for (let i = 1; i < steps.length; i++) {
    const step = steps[i]!;
    let at = i;
    for (; at > 0 && steps[at - 1]! > step; at--) steps[at] = steps[at - 1]!;
    steps[at] = step;
  }
  return steps;
}

/** fieldPathText shows a path as messages do: `.spec.containers[name="c"].image`. */
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
