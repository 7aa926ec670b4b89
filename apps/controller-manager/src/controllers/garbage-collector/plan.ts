import { isDeleting, type KubeObject, type OwnerReference } from '@navarch/apimachinery';
import { FOREGROUND, ORPHAN } from './graph';

/** OwnerState is what became of an owner: there; there and waiting for its dependents to go; not there. */
export type OwnerState = 'solid' | 'waiting' | 'absent';

/** ownerState reads an owner as the server has it; undefined: it has none of that name. */
export function ownerState(reference: OwnerReference, owner: KubeObject | undefined): OwnerState {
  if (!owner || owner.metadata?.uid !== reference.uid) return 'absent';
  return isDeleting(owner) && owner.metadata?.finalizers?.includes(FOREGROUND) ? 'waiting' : 'solid';
}

/** CollectPlan is what to do with an object. */
export type CollectPlan =
  | { readonly do: 'nothing' }
  /** release: take these owner references away, as another owner remains. */
  | { readonly do: 'release'; readonly uids: readonly string[] }
  | { readonly do: 'delete'; readonly policy: 'Foreground' | 'Background' | 'Orphan'; readonly unblock: boolean };

/**
 * planCollect decides about an object with owners: one solid owner keeps it alive; without one it is deleted: in the foreground if an
 * owner waits for it and it has dependents of its own, else as its finalizers ask. `circle` says that a dependent of it already
 * waits for its own dependents, so the chain may bite its tail.
 */
export function planCollect(
  object: KubeObject,
  states: readonly { reference: OwnerReference; state: OwnerState }[],
  hasDependents: boolean,
  circle: boolean,
): CollectPlan {
  if (!states.length) return { do: 'nothing' };
  const uids = states.filter(({ state }) => state !== 'solid').map(({ reference }) => reference.uid);
  if (uids.length < states.length) return uids.length ? { do: 'release', uids } : { do: 'nothing' };
  const waiting = states.some(({ state }) => state === 'waiting');
  if (waiting && hasDependents) return { do: 'delete', policy: 'Foreground', unblock: circle };
  const finalizers = object.metadata?.finalizers ?? [];
  const policy = finalizers.includes(ORPHAN) ? 'Orphan' : finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background';
  return { do: 'delete', policy, unblock: false };
}
