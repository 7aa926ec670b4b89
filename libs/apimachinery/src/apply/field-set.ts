import { getOwn, isRecord, setOwn } from '../json';

/**
 * PathElement is one step of a field path in its FieldsV1 form: `f:name` a field, `k:{"name":"c"}` an item by its keys,
 * `v:"x"` an item by its value, `i:0` an item by its index.
 */
export type PathElement = string;

/** fieldElement is the step to a field. */
export const fieldElement = (name: string): PathElement => `f:${name}`;
/** valueElement is the step to a set's item. */
export const valueElement = (value: unknown): PathElement => `v:${JSON.stringify(value)}`;
/** keyElement is the step to a map list's item; keys in the order of their names. */
export const keyElement = (keys: Readonly<Record<string, unknown>>): PathElement =>
  `k:${JSON.stringify(Object.fromEntries(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1))))}`;

/** FieldSet is a set of field paths, as a tree. Built up by `insert`, never changed after it has been handed out. */
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
    return combine(this, other, (a, b) => a || b);
  }
  intersection(other: FieldSet): FieldSet {
    return combine(this, other, (a, b) => a && b);
  }
  difference(other: FieldSet): FieldSet {
    return combine(this, other, (a, b) => a && !b);
  }

  equals(other: FieldSet): boolean {
    return this.difference(other).empty && other.difference(this).empty;
  }

  /** paths lists all members, depth first, in the order of their text. */
  *paths(prefix: readonly PathElement[] = []): Generator<readonly PathElement[]> {
    for (const step of [...new Set([...this.members, ...this.children.keys()])].sort()) {
      if (this.members.has(step)) yield [...prefix, step];
      const child = this.children.get(step);
      if (child) yield* child.paths([...prefix, step]);
    }
  }
}

function combine(a: FieldSet, b: FieldSet, keep: (inA: boolean, inB: boolean) => boolean): FieldSet {
  const result = new FieldSet();
  for (const step of new Set([...a.members, ...b.members])) {
    if (keep(a.members.has(step), b.members.has(step))) result.members.add(step);
  }
  for (const step of new Set([...a.children.keys(), ...b.children.keys()])) {
    const child = combine(a.children.get(step) ?? EMPTY, b.children.get(step) ?? EMPTY, keep);
    if (!child.empty) result.children.set(step, child);
  }
  return result;
}
const EMPTY = new FieldSet();

/** parseFieldsV1 reads the stored form of a field set; what is no path element is left out. */
export function parseFieldsV1(fields: unknown): FieldSet {
  const set = new FieldSet();
  if (!isRecord(fields)) return set;
  for (const [step, below] of Object.entries(fields)) {
    if (step === '.' || !/^[fkvi]:/.test(step)) continue;
    const nested = isRecord(below) ? below : {};
    const child = parseFieldsV1(nested);
    // A step without anything below it is a member, and so is one with a dot.
    if (Object.hasOwn(nested, '.') || child.empty) set.members.add(step);
    if (!child.empty) set.children.set(step, child);
  }
  return set;
}

/** printFieldsV1 is the stored form of a field set, its keys in order. */
export function printFieldsV1(set: FieldSet): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const step of [...new Set([...set.members, ...set.children.keys()])].sort()) {
    const child = set.children.get(step);
    const below = child ? printFieldsV1(child) : {};
    setOwn(out, step, child && set.members.has(step) ? { '.': {}, ...below } : below);
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
  return `[${Object.keys(keys).map(key => `${key}=${JSON.stringify(getOwn(keys, key))}`).join(',')}]`;
}
