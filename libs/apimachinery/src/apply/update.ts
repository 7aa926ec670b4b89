import { getOwn, isRecord } from '../json';
import type { AnyObject, ManagedFieldsEntry } from '../meta';
import type { TypeSchema } from '../schema';
import { capUpdaters, decodeOwners, encodeOwners, isReset, ownerId, type Owner, type Owners } from './entries';
import { FieldSet } from './field-set';
import { compare, type Comparison } from './typed';

/** UnmanagedPaths are the fields that nobody owns, because the server sets them. */
const UNMANAGED = (() => {
  const set = new FieldSet();
  for (const top of ['f:apiVersion', 'f:kind', 'f:metadata']) set.insert([top]);
  for (const field of [
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ]) {
    set.insert(['f:metadata', `f:${field}`]);
  }
  return set;
})();

/** withoutUnmanaged drops the fields that nobody owns. */
export const withoutUnmanaged = (set: FieldSet): FieldSet => set.difference(UNMANAGED);

/** withoutManagedFields is an object as ownership looks at it. */
export function withoutManagedFields(object: AnyObject): AnyObject {
  if (!object.metadata?.managedFields) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

export interface ManagedFieldsUpdate {
  /** schema and objects are of the version that the request uses. */
  readonly schema: TypeSchema;
  /** live is the present object; for a create the empty one (`emptyObject` of @navarch/api). */
  readonly live: AnyObject;
  /** updated is the object to be stored, with the managedFields that the client sent. */
  readonly updated: AnyObject;
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: string;
  /** now in milliseconds since the epoch. */
  readonly now: number;
  /** inVersion gives an object of the request's version in another one, for entries of that version; as it is unless given. */
  readonly inVersion?: InVersion | undefined;
  /** resetFields are the places that this endpoint takes no change of, as dotted paths (`status`): nobody comes to own them by it. */
  readonly resetFields?: readonly string[];
}

/** InVersion converts for field ownership; undefined if that version is not served any more. */
export type InVersion = (
  object: AnyObject,
  apiVersion: string,
) => { readonly schema: TypeSchema; readonly object: AnyObject } | undefined;

/** timestamp is a time as metadata has it: UTC, whole seconds. */
export const timestamp = (now: number): string => `${new Date(now).toISOString().slice(0, 19)}Z`;

/**
 * managedFieldsForUpdate is who owns what after a create, update or (non-apply) patch: the manager owns what it changed, nobody
 * else does any more. An object without owners stays without, until it is applied to. undefined: nothing to store.
 */
export function managedFieldsForUpdate(update: ManagedFieldsUpdate): ManagedFieldsEntry[] | undefined {
  const { live, updated } = update;
  const sent = updated.metadata?.managedFields;
  if (isReset(sent) && (sent!.length > 0 || live.metadata?.uid)) return undefined;
  // Whoever sends entries may have removed some; whoever sends none means the present ones.
  const owners = decodeOwners(sent?.length ? sent : live.metadata?.managedFields);
  if (owners.size === 0 && live.metadata?.uid) return undefined;
  return stored(updateOwners(owners, update));
}

/** placesOf are dotted paths as steps. */
export const placesOf = (paths: readonly string[] | undefined) =>
  (paths ?? []).map(path => path.split('.').map(name => `f:${name}`));

/** changesByVersion compares two objects in whatever version is asked for; each version once. */
export function changesByVersion(
  request: Pick<ManagedFieldsUpdate, 'schema' | 'apiVersion' | 'inVersion' | 'resetFields'>,
  before: AnyObject,
  after: AnyObject,
): (apiVersion: string) => Comparison {
  const places = placesOf(request.resetFields);
  const compared = (schema: TypeSchema, left: AnyObject, right: AnyObject): Comparison => {
    const { added, removed, modified } = compare(schema, left, right);
    return { added: added.without(places), removed: removed.without(places), modified: modified.without(places) };
  };
  const own = compared(request.schema, before, after);
  const known = new Map([[request.apiVersion, own]]);
  return apiVersion => {
    let changes = known.get(apiVersion);
    if (changes) return changes;
    const left = request.inVersion?.(before, apiVersion);
    const right = request.inVersion?.(after, apiVersion);
    changes = left && right ? compared(right.schema, left.object, right.object) : own;
    known.set(apiVersion, changes);
    return changes;
  };
}

/** updateOwners gives the manager what differs between live and updated, and takes it from everybody else. */
export function updateOwners(owners: Owners, update: ManagedFieldsUpdate): Owners {
  const { live, updated, manager, apiVersion, subresource, now } = update;
  const changes = changesByVersion(update, withoutManagedFields(live), withoutManagedFields(updated));
  const result = takeAway(owners, changes);
  const { added, modified } = changes(apiVersion);
  const gained = withoutUnmanaged(modified.union(added));
  if (gained.empty) return result;
  const owner: Owner = {
    manager: manager || 'unknown',
    operation: 'Update',
    apiVersion,
    subresource: subresource ?? '',
    time: timestamp(now),
    set: gained,
  };
  const id = ownerId(owner);
  const former = result.get(id);
  result.set(id, former ? { ...owner, set: former.set.union(gained) } : owner);
  return capUpdaters(result);
}

/** takeAway is the owners without the fields that changed; who owns nothing any more is gone. */
export function takeAway(owners: Owners, changes: (apiVersion: string) => Comparison): Map<string, Owner> {
  const result = new Map<string, Owner>();
  for (const [id, owner] of owners) {
    const { added, modified, removed } = changes(owner.apiVersion);
    const set = owner.set.difference(added.union(modified).union(removed));
    if (!set.empty) result.set(id, { ...owner, set });
  }
  return result;
}

/** stored is the form that goes into metadata; undefined if nobody owns anything. */
export function stored(owners: Owners): ManagedFieldsEntry[] | undefined {
  return owners.size ? encodeOwners(owners) : undefined;
}

/** annotation reads one annotation of an object. */
export function annotation(object: AnyObject, key: string): string | undefined {
  const annotations = object.metadata?.annotations;
  const value = isRecord(annotations) ? getOwn(annotations, key) : undefined;
  return typeof value === 'string' ? value : undefined;
}
