import type { AnyObject, ObjectMeta } from '@navarch/apimachinery';

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
