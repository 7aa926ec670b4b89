import type { AnyObject, ObjectMeta } from '@navarch/apimachinery';
import { badRequest } from '@navarch/apimachinery';

/** SystemFields are what the server gives each new object. */
export interface SystemFields {
  readonly uid: string;
  /** creationTimestamp in RFC 3339. */
  readonly creationTimestamp: string;
}

/**
 * prepareMetadata brings a new object's metadata into order, in place: namespace from the request, system fields from the
 * server, nothing that only the server may set. Throws 400 when the namespaces differ. Names are made elsewhere.
 */
export function prepareMetadata(
  object: AnyObject,
  namespaced: boolean,
  namespace: string,
  system: SystemFields,
): ObjectMeta {
  const given = (object.metadata ??= {});
  fitNamespace(given, namespaced, namespace);
  delete given.deletionTimestamp;
  delete given.deletionGracePeriodSeconds;
  delete given.selfLink;
  given.uid = system.uid;
  given.creationTimestamp = system.creationTimestamp;
  return (object.metadata = orderedMeta(given));
}

/** fitNamespace takes the request's namespace over, drops it from cluster-scoped objects, or throws 400 when they differ. */
export function fitNamespace(metadata: ObjectMeta, namespaced: boolean, namespace: string): void {
  if (!namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  metadata.namespace = namespace;
}

const order = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const satisfies readonly (keyof ObjectMeta)[];

/** orderedMeta is metadata with its fields in the order in which Kubernetes writes them; absent and empty ones are left out. */
export function orderedMeta(metadata: ObjectMeta): ObjectMeta {
  const ordered: Record<string, unknown> = {};
  for (const field of order) {
    const value = metadata[field];
    if (value === undefined || value === null || value === '' || isEmpty(value)) continue;
    if (field === 'generation' && value === 0) continue;
    ordered[field] = value;
  }
  return ordered;
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value as object).length === 0;
}

/** ordered is the object with kind, apiVersion and metadata first, as it is stored. */
export function ordered(object: AnyObject): AnyObject {
  const { kind, apiVersion, metadata, ...rest } = object;
  return { kind, apiVersion, metadata: orderedMeta(metadata ?? {}), ...rest } as AnyObject;
}
