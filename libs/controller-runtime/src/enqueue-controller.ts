import {
  controllerOf,
  deepEqual,
  isDeleting,
  keyString,
  objectKey,
  type KubeObject,
  type Selector,
} from '@navarch/apimachinery';
import type { EventHandler, Lister, WorkQueue } from '@navarch/client';
import type { Expectations } from './expectations';

/** EnqueueControllerOptions: whose queue, and who the owners are. */
export interface EnqueueControllerOptions<O extends KubeObject> {
  readonly queue: WorkQueue;
  /** kind of the owners, as owner references name it. */
  readonly kind: string;
  readonly owners: Lister<O>;
  /** selector of an owner: orphans that match concern it too. None: orphans are nobody's business. */
  readonly selector?: (owner: O) => Selector;
  /** expectations hear of what was created and deleted. */
  readonly expectations?: Expectations;
}

/**
 * enqueueController adds the key of an object's controller at each change of the object, and of the controller it had before; for
 * an orphan that is new, let go or labelled anew, the keys of all owners whose selector matches. An object that is being
 * deleted counts as deleted. An owner that is not cached (yet), or of another uid, is passed over: its own event is to come.
 */
export function enqueueController<O extends KubeObject, T extends KubeObject>(
  options: EnqueueControllerOptions<O>,
): EventHandler<T> {
  const { queue, owners, selector, expectations } = options;
  const keyOf = (object: T): string | undefined => {
    const reference = controllerOf(object);
    if (reference?.kind !== options.kind) return undefined;
    const owner = owners.get(object.metadata?.namespace ?? '', reference.name);
    return owner?.metadata?.uid === reference.uid ? keyString(objectKey(owner)) : undefined;
  };
  const enqueueMatching = (orphan: T) => {
    if (!selector) return;
    for (const owner of owners.list(orphan.metadata?.namespace)) {
      if (selector(owner).matches(orphan.metadata?.labels)) queue.add(keyString(objectKey(owner)));
    }
  };
  const deleted = (object: T) => {
    const key = keyOf(object);
    if (!key) return;
    expectations?.deletionObserved(key, object.metadata?.uid ?? '');
    queue.add(key);
  };
  return {
    added: object => {
      if (isDeleting(object)) return deleted(object);
      const key = keyOf(object);
      if (key) {
        expectations?.creationObserved(key);
        queue.add(key);
      } else if (!controllerOf(object)) enqueueMatching(object);
    },
    updated: (old, object) => {
      if (isDeleting(object)) return deleted(object);
      const before = keyOf(old);
      const key = keyOf(object);
      if (before && before !== key) queue.add(before);
      if (key) queue.add(key);
      else if (
        !controllerOf(object) &&
        (controllerOf(old) || !deepEqual(old.metadata?.labels, object.metadata?.labels))
      )
        enqueueMatching(object);
    },
    deleted,
  };
}
