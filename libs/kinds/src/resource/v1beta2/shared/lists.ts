import { field, foundIn, type FieldError, type Path } from '@navarch/apimachinery';

/** ItemCheck looks at one item of a list. */
export type ItemCheck<T> = (item: T, path: Path) => FieldError[];

/** validateSlice checks each item of a list, and that there are not too many. */
export function validateSlice<T>(
  items: readonly T[] | undefined,
  max: number,
  path: Path,
  check: ItemCheck<T>,
): FieldError[] {
  const all = items ?? [];
  return [
    ...foundIn(all, (item, i) => check(item, path.index(i))),
    ...(all.length > max ? [field.tooMany(path, all.length, max)] : []),
  ];
}

/** validateSet adds that no key is there twice; `name` is the field that has it. */
export function validateSet<T>(
  items: readonly T[] | undefined,
  max: number,
  path: Path,
  check: ItemCheck<T>,
  keyOf: (item: T) => string,
  name?: string,
): FieldError[] {
  const keys = (items ?? []).map(keyOf);
  const at = (i: number) => (name === undefined ? path.index(i) : path.index(i).child(name));
  return [
    ...validateSlice(items, max, path, check),
    ...foundIn(keys, (key, i) => (keys.indexOf(key) < i ? [field.duplicate(at(i), key)] : [])),
  ];
}
