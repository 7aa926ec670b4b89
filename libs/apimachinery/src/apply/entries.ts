import type { ManagedFieldsEntry } from '../meta';
import type { FieldSet } from './field-set';
import { parseFieldsV1, printFieldsV1 } from './field-set';

/** Owner is one entry of managedFields: who owns which fields since when. */
export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
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

/** decodeOwners reads managedFields; entries that cannot be understood are left out. */
export function decodeOwners(entries: readonly ManagedFieldsEntry[] | undefined): Owners {
  const owners = new Map<string, Owner>();
  for (const entry of entries ?? []) {
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') continue;
    if (entry.fieldsType && entry.fieldsType !== 'FieldsV1') continue;
    const set = parseFieldsV1(entry.fieldsV1);
    const owner: Owner = {
      manager: entry.manager ?? '',
      operation: entry.operation,
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
    .map(({ manager, operation, apiVersion, time, set, subresource, stored }) => ({
      ...(manager && { manager }),
      operation,
      apiVersion,
      ...(time && { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: stored?.set === set ? stored.fieldsV1 : printFieldsV1(set),
      ...(subresource && { subresource }),
    }));
}

const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

/** capUpdaters bounds how many updaters are kept: the oldest merge into one entry a version. */
export function capUpdaters(owners: Owners): Owners {
  const updaters = [...owners.values()].filter(o => o.operation === 'Update' && !o.subresource);
  if (updaters.length <= MAX_UPDATERS) return owners;
  const result = new Map(owners);
  updaters.sort((a, b) => order(a.time ?? '', b.time ?? '') || order(a.manager, b.manager));
  let left = updaters.length;
  for (const oldest of updaters) {
    if (left <= MAX_UPDATERS) break;
    const ancient = { ...oldest, manager: ANCIENT };
    const id = ownerId(ancient);
    if (oldest.manager === ANCIENT) continue;
    const former = result.get(id);
    result.delete(ownerId(oldest));
    result.set(id, former ? { ...ancient, set: former.set.union(oldest.set) } : ancient);
    if (former) left--;
  }
  return result;
}
