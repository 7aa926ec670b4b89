import type { AnyObject, ObjectMeta } from '@navarch/apimachinery';
import { orderedMeta } from '../registry/field-order';
import { fitNamespace } from './before-create';

/**
 * carryMetadata brings an updated object's metadata into order, in place, before the strategy sees it: what clients may not
 * change (generation, creation time, deletion) is the present object's. The uid is the present one unless given, so that
 * validation can find a wrong one.
 */
export function carryMetadata(object: AnyObject, old: AnyObject, namespaced: boolean, namespace: string): ObjectMeta {
  const metadata = (object.metadata ??= {});
  const before = old.metadata ?? {};
  fitNamespace(metadata, namespaced, namespace);
  delete metadata.selfLink;
  set(metadata, 'generation', before.generation);
  if (!metadata.uid) set(metadata, 'uid', before.uid);
  if (before.creationTimestamp) metadata.creationTimestamp = before.creationTimestamp;
  if (before.deletionTimestamp) metadata.deletionTimestamp = before.deletionTimestamp;
  if (before.deletionGracePeriodSeconds !== undefined && metadata.deletionGracePeriodSeconds === undefined) {
    metadata.deletionGracePeriodSeconds = before.deletionGracePeriodSeconds;
  }
  return (object.metadata = orderedMeta(metadata));
}

function set<K extends keyof ObjectMeta>(metadata: ObjectMeta, field: K, value: ObjectMeta[K]): void {
  if (value === undefined) delete metadata[field];
  else metadata[field] = value;
}

/** finishesDeletion tells whether an update takes away the last thing that kept a deleted object: then it is removed instead. */
export function finishesDeletion(object: AnyObject, old: AnyObject): boolean {
  const metadata = object.metadata ?? {};
  if (!metadata.deletionTimestamp || metadata.finalizers?.length) return false;
  if (isNamespace(object) && (object.spec as { finalizers?: string[] } | undefined)?.finalizers?.length) return false;
  const grace = old.metadata?.deletionGracePeriodSeconds;
  return grace === undefined || grace === 0;
}

/** isNamespace: namespaces have finalizers in their spec too. */
export function isNamespace(object: AnyObject): boolean {
  return object.kind === 'Namespace' && object.apiVersion === 'v1';
}
