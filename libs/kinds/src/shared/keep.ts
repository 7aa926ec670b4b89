import type { KubeObject } from '@navarch/apimachinery';

/** keep puts back what `old` has in these top-level fields, absence included. The values are shared with `old`, not copied. */
export function keep<T extends object>(object: T, old: T, ...fields: (keyof T)[]): void {
  for (const name of fields) {
    if (old[name] === undefined) delete object[name];
    else object[name] = old[name];
  }
}

/** drop removes top-level fields. */
export function drop<T extends object>(object: T, ...fields: (keyof T)[]): void {
  for (const name of fields) delete object[name];
}

/** setGeneration starts the generation of a new object. */
export function setGeneration(object: KubeObject, generation = 1): void {
  (object.metadata ??= {}).generation = generation;
}

/** keepGeneration takes the generation over from `old`, one higher if `changed`. */
export function keepGeneration(object: KubeObject, old: KubeObject, changed: boolean): void {
  const before = old.metadata?.generation;
  if (before === undefined && !changed) delete object.metadata?.generation;
  else (object.metadata ??= {}).generation = (before ?? 0) + (changed ? 1 : 0);
}
