import { controllerOf, keyString, objectKey, type KubeObject } from '@navarch/apimachinery';
import type { EventHandler, WorkQueue } from '@navarch/client';

/** enqueueObject adds an object's own key at each change. */
export function enqueueObject<T extends KubeObject>(
  queue: WorkQueue,
  wanted: (object: T) => boolean = () => true,
): EventHandler<T> {
  const add = (object: T) => {
    if (wanted(object)) queue.add(keyString(objectKey(object)));
  };
  return { added: add, updated: (_old, current) => add(current), deleted: add };
}

/** enqueueMapped adds the keys that `keys` gives for an object, for its old and its new state. */
export function enqueueMapped<T extends KubeObject>(
  queue: WorkQueue,
  keys: (object: T) => Iterable<string>,
): EventHandler<T> {
  const add = (object: T) => {
    for (const key of keys(object)) queue.add(key);
  };
  return {
    added: add,
    updated: (old, current) => {
      add(old);
      add(current);
    },
    deleted: add,
  };
}

/** controllerKey is the key of the object's controller if that is of this kind; owners are in the same namespace. */
export function controllerKey(object: KubeObject, kind: string): string | undefined {
  const owner = controllerOf(object);
  if (owner?.kind !== kind) return undefined;
  return keyString({ namespace: object.metadata?.namespace ?? '', name: owner.name });
}
