import { isRecord } from '@navarch/apimachinery';

/** Mutation replaces what stands at a path of an object, or takes it out where `value` is undefined. */
export interface Mutation {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  /** repeats: the value is the list that stands there with its last item twice, of whatever object is changed. */
  readonly repeats?: boolean;
}

const TEXTS = ['', 'Invalid_Name!', 'x'.repeat(300), ' a', 7, null, {}, ['a']];
const NUMBERS = [-1, 0, 1, 65_536, 3_000_000_000, 1.5, '5', 'abc', null];
const LISTS = [[], null, {}, [null], [{}], ['']];
const MAPS = [{}, null, 'text', []];
// Of long lists the first items show what there is to see.
const ITEMS = 2;

/** mutations are all the ways in which this program changes an object, in the order of its fields; the object itself stays. */
export function* mutations(value: unknown, path: readonly (string | number)[] = []): Generator<Mutation> {
  if (isRecord(value)) {
    for (const [name, field] of Object.entries(value)) {
      yield { path: [...path, name], value: undefined };
      yield* mutations(field, [...path, name]);
    }
    if (path.length === 0) return;
    for (const other of MAPS) yield { path, value: other };
    yield { path: [...path, 'Bad Key!'], value: 'v' };
    yield { path: [...path, 'unknownField'], value: 1 };
  } else if (Array.isArray(value)) {
    for (const other of LISTS) yield { path, value: other };
    if (value.length) yield { path, value: repeated(value), repeats: true };
    for (const [index, item] of value.slice(0, ITEMS).entries()) yield* mutations(item, [...path, index]);
  } else for (const other of replacements(value)) if (other !== value) yield { path, value: other };
}

const repeated = (list: readonly unknown[]): unknown[] => [...list, list.at(-1)];

/** ownOf is a mutation as it looks in another object than the one that it was made of. */
export function ownOf(object: object, mutation: Mutation): Mutation {
  if (!mutation.repeats) return mutation;
  let at: unknown = object;
  for (const step of mutation.path) at = (at as Record<string | number, unknown> | undefined)?.[step];
  return Array.isArray(at) ? { ...mutation, value: repeated(at) } : mutation;
}

function replacements(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return TEXTS;
  if (typeof value === 'number') return NUMBERS;
  return typeof value === 'boolean' ? [!value, 'true', null, 1] : [];
}

/** mutated is a copy of an object with a mutation made; undefined where its path leads nowhere. */
export function mutated<T extends object>(object: T, { path, value }: Mutation): T | undefined {
  const copy = structuredClone(object);
  let at: unknown = copy;
  for (const step of path.slice(0, -1)) {
    at = (at as Record<string | number, unknown>)[step];
    if (typeof at !== 'object' || at === null) return undefined;
  }
  const parent = at as Record<string | number, unknown>;
  if (value === undefined) delete parent[path.at(-1)!];
  else parent[path.at(-1)!] = value;
  return copy;
}

/** describe names a mutation: `spec.ports.0.port = -1`. */
export function describe({ path, value }: Mutation): string {
  const place = path.join('.');
  if (value === undefined) return `${place} removed`;
  const text = JSON.stringify(value);
  return `${place} = ${text.length > 40 ? `${text.slice(0, 37)}...` : text}`;
}
