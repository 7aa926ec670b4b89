import type { ManagedFieldsEntry } from '../meta';
import type { FieldSet } from './field-set';
import { parseFieldsV1, printFieldsV1 } from './field-set';

/** Owner is one entry of managedFields: who owns which fields since when. */
export interface Owner {
  readonly manager: string;
  /** operation is Apply or Update; anything else is refused when the object is validated. */
  readonly operation: string;
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly set: FieldSet;
  /** stored is the entry that set was read from: it is written again as it is while the set stays the same. */
  readonly stored?: { readonly set: FieldSet; readonly fieldsV1: Record<string, unknown> };
}

/** ownerId tells entries apart. Whoever applies has one entry, in whatever version; updates have one for each version. */
export function ownerId(owner: Omit<Owner, 'set' | 'time' | 'stored'>): string {
  const { manager, operation, apiVersion, subresource } = owner;
  return JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource]);
}

/** Owners are an object's entries by ownerId. Every function here answers a new map. */
export type Owners = ReadonlyMap<string, Owner>;

/** decodeOwners reads managedFields; undefined if one of them cannot be understood. */
export function decodeOwners(entries: readonly ManagedFieldsEntry[] | undefined): Owners | undefined {
  try {
    return readOwners(entries ?? []);
  } catch {
    return undefined;
  }
}

function readOwners(entries: readonly ManagedFieldsEntry[]): Owners {
  const owners = new Map<string, Owner>();
  for (const entry of entries) {
    if (entry.fieldsType !== 'FieldsV1') throw new Error(`unknown fieldsType ${entry.fieldsType}`);
    const set = parseFieldsV1(entry.fieldsV1);
    const owner: Owner = {
      manager: entry.manager ?? '',
      operation: entry.operation ?? '',
      apiVersion: entry.apiVersion ?? '',
      subresource: entry.subresource ?? '',
      time: entry.time,
      set,
      ...(entry.fieldsV1 && { stored: { set, fieldsV1: entry.fieldsV1 } }),
    };
    owners.set(ownerId(owner), owner);
  }
  return owners;
}

/** isReset: the client sent exactly one empty entry, or an empty list, which clears all of them. */
export function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  if (!entries) return false;
  return (
    entries.length === 0 ||
    (entries.length === 1 &&
      Object.values(entries[0] ?? {}).every(value => value === undefined || value === null || value === ''))
  );
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** encodeOwners is the stored form: appliers first, then by time, manager, version. */
export function encodeOwners(owners: Owners): ManagedFieldsEntry[] {
  return [...owners.values()]
    .sort(
      (a, b) =>
        order(a.operation, b.operation) ||
        order(a.time ?? '', b.time ?? '') ||
        order(a.manager, b.manager) ||
        order(a.apiVersion, b.apiVersion) ||
        order(a.subresource, b.subresource),
    )
    .map(entryOf);
}

/** entryOf is the stored form of an owner. Built field by field: every write makes one. */
function entryOf({ manager, operation, apiVersion, time, set, subresource, stored }: Owner): ManagedFieldsEntry {
  const entry: ManagedFieldsEntry = {};
  if (manager) entry.manager = manager;
  if (operation) entry.operation = operation;
  if (apiVersion) entry.apiVersion = apiVersion;
  if (time) entry.time = time;
  entry.fieldsType = 'FieldsV1';
  entry.fieldsV1 = stored?.set === set ? stored.fieldsV1 : printFieldsV1(set);
  if (subresource) entry.subresource = subresource;
  return entry;
}

const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

/**
 * capUpdaters bounds how many updaters are kept: the oldest of a version merge into one. The oldest keeps its name as long as
 * there is no second one of its version to merge with.
 */
export function capUpdaters(owners: Owners): Owners {
  if (owners.size <= MAX_UPDATERS) return owners;
  const updaters = [...owners].filter(([, owner]) => owner.operation !== 'Apply' && !owner.subresource);
  if (updaters.length <= MAX_UPDATERS) return owners;
  const result = new Map(owners);
  updaters.sort(([a, left], [b, right]) => order(left.time ?? '', right.time ?? '') || order(a, b));
  const oldest = new Map<string, string>();
  let left = updaters.length;
  for (const [id, owner] of updaters) {
    if (left <= MAX_UPDATERS) break;
    const first = oldest.get(owner.apiVersion);
    if (first === undefined) {
      oldest.set(owner.apiVersion, id);
      continue;
    }
    const bucket = ownerId({ ...owner, manager: ANCIENT });
    const merged = result.get(bucket) ?? result.get(first)!;
    if (!result.has(bucket)) result.delete(first);
    result.delete(id);
    // The time is that of the younger one.
    result.set(bucket, { ...owner, manager: ANCIENT, set: owner.set.union(merged.set) });
    left--;
  }
  return result;
}
