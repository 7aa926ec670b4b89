import { rfc3339 } from '@navarch/base';
import type { AnyObject, ManagedFieldsEntry } from '../meta';
import type { TypeSchema } from '../schema';
import { StatusError } from '../status-error';
import { checkTyped } from './check-typed';
import { capUpdaters, decodeOwners, encodeOwners, isReset, ownerId, type Owner, type Owners } from './entries';
import { FieldSet } from './field-set';
import { reconciled } from './reconcile';
import { ownershipOf } from './releases';
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

/** Versioned is an object in some version, with that version's structure. */
export interface Versioned {
  readonly schema: TypeSchema;
  readonly object: AnyObject;
}

/** InVersion converts an object, whose own version it tells itself, for field ownership; undefined if that version is not served any more. */
export type InVersion = (object: AnyObject, apiVersion: string) => Versioned | undefined;

/** Tracking is what ownership is found by, whatever the request. */
export interface Tracking {
  /** schema and objects are of the version that the request uses. */
  readonly schema: TypeSchema;
  readonly apiVersion: string;
  /** inVersion gives an object in another version, for entries of that version; as it is unless given. */
  readonly inVersion?: InVersion | undefined;
  /** resetFields are the places that this endpoint takes no change of, as dotted paths (`status`): nobody comes to own them by it. */
  readonly resetFields?: readonly string[];
  /** emulated is the release whose ways and messages are wanted; 33 unless given. */
  readonly emulated?: number;
}

export interface ManagedFieldsUpdate extends Tracking {
  /** live is the present object; for a create the empty one (`emptyObject` of @navarch/api). */
  readonly live: AnyObject;
  /** updated is the object to be stored, with the managedFields that the client sent. */
  readonly updated: AnyObject;
  readonly manager: string;
  readonly subresource?: string;
  /** now in milliseconds since the epoch. */
  readonly now: number;
  /** keepsOwners: managedFields that the client sent do not count. */
  readonly keepsOwners?: boolean;
}

/**
 * managedFieldsForUpdate is who owns what after a create, update or (non-apply) patch: the manager owns what it changed, nobody
 * else does any more. An object without owners stays without, until it is applied to. undefined: nothing to store.
 */
export function managedFieldsForUpdate(update: ManagedFieldsUpdate): ManagedFieldsEntry[] | undefined {
  const { live, updated, emulated } = update;
  const owners = presentOwners(update);
  if (owners.size === 0 && live.metadata?.uid) return undefined;
  if (!ownershipOf(emulated).bearsDuplicates && !(isTypeable(update, live) && isTypeable(update, updated)))
    return undefined;
  return stored(capUpdaters(updateOwners(owners, update)));
}

/** presentOwners: whoever sends entries may have removed some, or all of them; whoever sends none means the present ones. */
function presentOwners({ live, updated, keepsOwners }: ManagedFieldsUpdate): Owners {
  const sent = keepsOwners ? undefined : updated.metadata?.managedFields;
  if (isReset(sent)) return new Map();
  const owners = decodeOwners(sent);
  return owners?.size ? owners : (decodeOwners(live.metadata?.managedFields) ?? new Map<string, Owner>());
}

function isTypeable({ schema, emulated }: Tracking, object: AnyObject): boolean {
  return checkTyped(schema, withoutManagedFields(object), [], ownershipOf(emulated)).length === 0;
}

/**
 * versioned is an object in a version, by the request's ways; undefined if there is no such version. A StatusError of the conversion is told
 * as the failure of a step: `failed to convert new object`.
 */
export function versioned(
  tracking: Tracking,
  object: AnyObject,
  apiVersion: string,
  failure: string,
): Versioned | undefined {
  const own = object.apiVersion ?? tracking.apiVersion;
  if (own === apiVersion && apiVersion === tracking.apiVersion) return { schema: tracking.schema, object };
  if (!tracking.inVersion) return { schema: tracking.schema, object };
  try {
    return tracking.inVersion(own === object.apiVersion ? object : { ...object, apiVersion: own }, apiVersion);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new StatusError(error.code, error.reason, `${failure}: ${error.message}`, error.details);
  }
}

/** placesOf are dotted paths as steps. */
export const placesOf = (paths: readonly string[] | undefined) =>
  (paths ?? []).map(path => path.split('.').map(name => `f:${name}`));

/** Changes are the differences between two objects in the version that is asked for; undefined if it is not served any more. */
export type Changes = (apiVersion: string) => Comparison | undefined;

/** changesByVersion compares two objects in whatever version is asked for; each version once. */
export function changesByVersion(tracking: Tracking, before: AnyObject, after: AnyObject): Changes {
  const places = placesOf(tracking.resetFields);
  const known = new Map<string, Comparison | undefined>();
  return apiVersion => {
    if (known.has(apiVersion)) return known.get(apiVersion);
    const left = versioned(tracking, before, apiVersion, 'failed to convert old object');
    const right = left && versioned(tracking, after, apiVersion, 'failed to convert new object');
    const changes = right && without(compare(right.schema, left.object, right.object), places);
    known.set(apiVersion, changes);
    return changes;
  };
}

function without(comparison: Comparison, places: ReturnType<typeof placesOf>): Comparison {
  if (!places.length) return comparison;
  const { added, removed, modified } = comparison;
  return { added: added.without(places), removed: removed.without(places), modified: modified.without(places) };
}

/** reconciledOwners are the owners with their sets as the schemas have them now. Who owns something in a version that is gone, owns nothing. */
export function reconciledOwners(tracking: Tracking, owners: Owners, live: AnyObject): Map<string, Owner> {
  const result = new Map<string, Owner>();
  if (!owners.size) return result;
  const ownership = ownershipOf(tracking.emulated);
  const inVersions = new Map<string, Versioned | undefined>();
  for (const [id, owner] of owners) {
    const { apiVersion } = owner;
    if (!inVersions.has(apiVersion))
      inVersions.set(apiVersion, versioned(tracking, live, apiVersion, 'failed to convert live object'));
    const there = inVersions.get(apiVersion);
    if (!there) continue;
    const set = reconciled(there.schema, owner.set, there.object, ownership);
    result.set(id, set === owner.set ? owner : { ...owner, set });
  }
  return result;
}

/** updateOwners gives the manager what differs between live and updated, and takes it from everybody else. */
export function updateOwners(owners: Owners, update: ManagedFieldsUpdate): Owners {
  const { manager, apiVersion, subresource, now, emulated } = update;
  const live = withoutManagedFields(update.live);
  const changes = changesByVersion(update, live, withoutManagedFields(update.updated));
  const result = takeAway(reconciledOwners(update, owners, live), changes);
  const { added, modified } = changes(apiVersion)!;
  const gained = withoutUnmanaged(modified.union(added));
  if (gained.empty) return result;
  const self: Owner = {
    manager: manager || 'unknown',
    operation: 'Update',
    apiVersion,
    subresource: subresource ?? '',
    time: rfc3339(now),
    set: gained,
  };
  const id = ownerId(self);
  const left = result.get(id);
  const set = left ? left.set.union(gained) : gained;
  const former = owners.get(id);
  const keepsTime = former && !ownershipOf(emulated).timesValues && set.equals(former.set);
  const isNew = set === gained && !keepsTime;
  result.set(id, isNew ? self : { ...self, set, ...(keepsTime && { time: former.time }) });
  return result;
}

/** takeAway is the owners without the fields that changed; who owns nothing any more is gone. */
export function takeAway(owners: Owners, changes: Changes): Map<string, Owner> {
  const result = new Map<string, Owner>();
  for (const [id, owner] of owners) {
    const changed = changes(owner.apiVersion);
    if (!changed) continue;
    const { added, modified, removed } = changed;
    const set = owner.set.difference(added.union(modified).union(removed));
    if (!set.empty) result.set(id, { ...owner, set });
  }
  return result;
}

/** stored is the form that goes into metadata; undefined if nobody owns anything. */
export function stored(owners: Owners): ManagedFieldsEntry[] | undefined {
  return owners.size ? encodeOwners(owners) : undefined;
}
