import { isRecord, type KubeObject } from '@navarch/apimachinery';
import type { Dormant, Minor, Strategy } from './kind';

/** NEVER: no release up to today's uses the field unless it is told to. */
export const NEVER: Minor = Infinity;

/** Forget takes dormant fields out of an object, in place, but for those that `old` has. */
export type Forget = (object: object, old: object | undefined) => void;

type Names = readonly string[];

/** forgetDormant compiles what a release does not use yet; undefined: it uses all of them. */
export function forgetDormant(dormant: Dormant, emulated: Minor): Forget | undefined {
  const paths = Object.entries(dormant)
    .filter(([, since]) => since > emulated)
    .map(([path]) => path.split('.'));
  if (!paths.length) return undefined;
  return (object, old) => {
    for (const path of paths) if (!has(old, path)) remove(object, path);
  };
}

/** forgetAll forgets what each of them does; undefined: there is none. */
export function forgetAll(...each: readonly (Forget | undefined)[]): Forget | undefined {
  const some = each.filter(forget => forget !== undefined);
  if (some.length < 2) return some[0];
  return (object, old) => {
    for (const forget of some) forget(object, old);
  };
}

/** withoutDormant makes a strategy forget before it prepares an object. */
export function withoutDormant<T extends KubeObject>(strategy: Strategy<T>, forget: Forget | undefined): Strategy<T> {
  if (!forget) return strategy;
  return {
    ...strategy,
    prepareForCreate(object, context) {
      forget(object, undefined);
      strategy.prepareForCreate?.(object, context);
    },
    prepareForUpdate(object, old, context) {
      forget(object, old);
      strategy.prepareForUpdate?.(object, old, context);
    },
  };
}

function has(value: unknown, path: Names, depth = 0): boolean {
  if (Array.isArray(value)) return value.some(item => has(item, path, depth));
  if (!isRecord(value)) return false;
  const next = value[path[depth]!];
  return depth === path.length - 1 ? next !== undefined : has(next, path, depth + 1);
}

function remove(value: unknown, path: Names, depth = 0): void {
  if (Array.isArray(value)) for (const item of value) remove(item, path, depth);
  else if (!isRecord(value)) return;
  else if (depth === path.length - 1) delete value[path[depth]!];
  else remove(value[path[depth]!], path, depth + 1);
}
