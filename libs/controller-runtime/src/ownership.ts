import type { ResourceToken } from '@navarch/api';
import {
  apiVersionOf,
  controllerOf,
  isDeleting,
  isNotFound,
  isStatus,
  type KubeObject,
  type OwnerReference,
  type Selector,
} from '@navarch/apimachinery';
import type { KubeClient } from '@navarch/client';

/** controllerReference is the owner reference that makes `owner` the controller of an object. */
export function controllerReference(token: ResourceToken, owner: KubeObject): OwnerReference {
  const { name = '', uid = '' } = owner.metadata ?? {};
  return { apiVersion: apiVersionOf(token), kind: token.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** isControlledBy: the object's controller is this very owner, by uid. */
export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata?.uid;
}

/** CONTROLLER_INDEX is the name of the index by the controller's uid; orphans are under ''. */
export const CONTROLLER_INDEX = 'controllerUid';

/** controllerIndex puts objects under their controller's uid. */
export function controllerIndex(object: KubeObject): readonly string[] {
  return [controllerOf(object)?.uid ?? ''];
}

/** Claim says what a controller does about an object that it might own. */
export type Claim = 'keep' | 'adopt' | 'release' | 'ignore';

/**
 * planClaim decides: what is ours and matches is kept, ours and no longer matches released; orphans that match are adopted.
 * Nobody adopts or releases while being deleted, and what is being deleted is not adopted.
 */
export function planClaim(owner: KubeObject, selector: Selector, object: KubeObject): Claim {
  const controller = controllerOf(object);
  const matches = selector.matches(object.metadata?.labels);
  if (controller) {
    if (controller.uid !== owner.metadata?.uid) return 'ignore';
    if (matches) return 'keep';
    return isDeleting(owner) ? 'ignore' : 'release';
  }
  if (!matches || isDeleting(owner) || isDeleting(object) || object.metadata?.namespace !== owner.metadata?.namespace)
    return 'ignore';
  return 'adopt';
}

export interface ClaimOptions<O extends KubeObject, T extends KubeObject> {
  readonly client: KubeClient;
  readonly ownerToken: ResourceToken<O>;
  readonly owner: O;
  readonly token: ResourceToken<T>;
  readonly selector: Selector;
  readonly candidates: readonly T[];
  /** finalizer is what owned objects carry: they get it when they are adopted, and lose it when they are released. */
  readonly finalizer?: string;
}

/**
 * claimObjects answers the objects that are the owner's, after adopting orphans and releasing what no longer matches. Before the
 * first adoption the owner is read from the server, so that one that was deleted or replaced adopts nothing. An object that
 * vanished meanwhile is left out; other failures are thrown after all objects were tried.
 */
export async function claimObjects<O extends KubeObject, T extends KubeObject>(
  options: ClaimOptions<O, T>,
): Promise<T[]> {
  const { client, owner, ownerToken, token, selector, candidates, finalizer } = options;
  const objects = client.resource(token);
  const claimed: T[] = [];
  const failures: unknown[] = [];
  let mayAdopt: Promise<void> | undefined;
  for (const object of candidates) {
    const claim = planClaim(owner, selector, object);
    if (claim === 'keep') claimed.push(object);
    if (claim === 'keep' || claim === 'ignore') continue;
    const { namespace = '', name = '', uid } = object.metadata ?? {};
    const reference =
      claim === 'adopt' ? controllerReference(ownerToken, owner) : { $patch: 'delete', uid: owner.metadata?.uid };
    // The uid in the patch makes the server refuse it for another object of the same name.
    const body = { metadata: { uid, ownerReferences: [reference], ...finalizerPatch(claim, object, finalizer) } };
    try {
      if (claim === 'adopt') await (mayAdopt ??= recheck(client, ownerToken, owner));
      const patched = await objects.patch(namespace, name, { type: 'strategic', body });
      if (claim === 'adopt') claimed.push(patched);
    } catch (error) {
      // Gone, or replaced by another of its name: nothing to own.
      if (isNotFound(error) || (claim === 'release' && isStatus(error, 'Invalid', 'Conflict'))) continue;
      failures.push(error);
    }
  }
  if (failures.length) throw failures[0];
  return claimed;
}

function finalizerPatch(claim: 'adopt' | 'release', { metadata }: KubeObject, finalizer: string | undefined): object {
  const carries = finalizer !== undefined && metadata?.finalizers?.includes(finalizer) === true;
  if (claim === 'release') return carries ? { '$deleteFromPrimitiveList/finalizers': [finalizer] } : {};
  return finalizer === undefined || carries ? {} : { finalizers: [finalizer] };
}

async function recheck<O extends KubeObject>(client: KubeClient, token: ResourceToken<O>, owner: O): Promise<void> {
  const { namespace = '', name = '', uid } = owner.metadata ?? {};
  const fresh = await client.resource(token).get(namespace, name);
  if (fresh.metadata?.uid !== uid) throw new Error(`original ${token.kind} ${namespace}/${name} is gone`);
  if (isDeleting(fresh)) throw new Error(`${token.kind} ${namespace}/${name} has just been deleted`);
}
