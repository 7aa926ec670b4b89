/** foundIn is what is found in the items of a list, one by one; a list that is not there has nothing. Checks mostly find nothing, at which `flatMap` is slow. */
export function foundIn<T, F>(items: readonly T[] | undefined, find: (item: T, i: number) => readonly F[]): F[] {
  const all: F[] = [];
  if (!items) return all;
  for (let i = 0; i < items.length; i++) {
    for (const finding of find(items[i]!, i)) all.push(finding);
  }
  return all;
}
