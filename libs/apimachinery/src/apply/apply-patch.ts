import { deepClone, deepEqual, isRecord } from '../json';
import type { AnyObject, ManagedFieldsEntry } from '../meta';
import type { TypeSchema } from '../schema';
import { badRequest, StatusError } from '../status-error';
import { conflictError, findConflicts } from './conflicts';
import { decodeOwners, ownerId, type Owner, type Owners } from './entries';
import { FieldSet } from './field-set';
import { checkTyped } from './check-typed';
import { compare, merge, removeItems, toFieldSet, withNamedFields } from './typed';
import {
  annotation,
  changesByVersion,
  placesOf,
  stored,
  takeAway,
  timestamp,
  updateOwners,
  withoutManagedFields,
  withoutUnmanaged,
  type InVersion,
} from './update';

export interface ApplyRequest {
  /** schema and objects are of the version that the request uses. */
  readonly schema: TypeSchema;
  /** live is the present object; the empty one (`emptyObject` of @navarch/api) if there is none yet. */
  readonly live: AnyObject;
  /** applied is the configuration as the client sent it. */
  readonly applied: AnyObject;
  readonly manager: string;
  /** force takes over fields that others own. */
  readonly force?: boolean;
  readonly apiVersion: string;
  readonly subresource?: string;
  /** now in milliseconds since the epoch. */
  readonly now: number;
  /** emulated is the release whose messages are wanted. */
  readonly emulated?: number;
  /** inVersion gives an object of the request's version in another one, for entries of that version; as it is unless given. */
  readonly inVersion?: InVersion | undefined;
  /** resetFields are the places that this endpoint takes no change of, as dotted paths (`status`): applying them owns nothing. */
  readonly resetFields?: readonly string[];
}

export interface ApplyResult {
  /** object is the live one with the configuration merged in, not yet defaulted, its managedFields set. */
  readonly object: AnyObject;
  readonly managedFields: ManagedFieldsEntry[] | undefined;
}

/** LAST_APPLIED is the annotation in which client-side apply keeps its configuration. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * applyPatch is server-side apply: the configuration's fields are set and owned, fields that the manager applied before and no
 * longer does are removed unless others own them. Neither object is changed. It throws a 409 StatusError with its causes if
 * others own fields that differ, a 400 for a configuration that may not be applied.
 */
export function applyPatch(request: ApplyRequest): ApplyResult {
  const { live, applied, apiVersion, schema } = request;
  if (Array.isArray(applied.metadata?.managedFields)) throw badRequest('metadata.managedFields must be nil');
  if (applied.apiVersion !== apiVersion) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${applied.apiVersion ?? ''}, expected: ${apiVersion}`,
    );
  }
  const config = withoutManagedFields(applied);
  const problems = checkTyped(schema, config);
  if (problems.length) throw untypeable(request, problems);

  let owners = decodeOwners(live.metadata?.managedFields);
  // What was there before anybody applied belongs to a manager of its own, so that it is not overwritten unseen.
  if (owners.size === 0 && live.metadata?.uid) {
    const nobody: AnyObject = {};
    owners = updateOwners(owners, { ...request, live: nobody, updated: live, manager: 'before-first-apply' });
  }
  const before = withoutManagedFields(live);
  try {
    return applyTo(owners, before, config, request, request.force ?? false);
  } catch (error) {
    // Fields that client-side apply set may be taken over by kubectl itself.
    if (
      request.manager !== 'kubectl' ||
      !(error instanceof StatusError) ||
      !takenFromLastApplied(owners, before, config, request)
    )
      throw error;
    return applyTo(owners, before, config, request, true);
  }
}

/** untypeable is the 500 for a configuration that does not fit its schema; since v1.21 it names the object. */
function untypeable({ applied, emulated = 33 }: ApplyRequest, problems: readonly string[]): StatusError {
  const list = problems.length === 1 ? problems[0]! : `errors:\n${problems.map(p => `  ${p}`).join('\n')}`;
  const { namespace = '', name = '' } = applied.metadata ?? {};
  const version = applied.apiVersion?.includes('/') ? applied.apiVersion : `/${applied.apiVersion ?? ''}`;
  const subject = emulated <= 20 ? '' : ` (${namespace}/${name}; ${version}, Kind=${applied.kind ?? ''})`;
  return new StatusError(500, '', `failed to create typed patch object${subject}: ${list}`);
}

function selfOf({ manager, apiVersion, subresource }: ApplyRequest): Omit<Owner, 'set' | 'time' | 'stored'> {
  return { manager, operation: 'Apply', apiVersion, subresource: subresource ?? '' };
}

function applyTo(
  owners: Owners,
  live: AnyObject,
  config: AnyObject,
  request: ApplyRequest,
  force: boolean,
): ApplyResult {
  const { schema, now } = request;
  const self = selfOf(request);
  const id = ownerId(self);
  const former = owners.get(id);
  const set = toFieldSet(schema, config).without(placesOf(request.resetFields));
  const claimed = new Map(owners).set(id, { ...self, time: former?.time, set });

  const merged = merge(schema, live, config) as AnyObject;
  const object = former ? prune(request, merged, former.set, claimed) : merged;
  const changes = changesByVersion(request, live, object);
  const conflicts = findConflicts(claimed, changes, id);
  if (conflicts.length && !force) throw conflictError(conflicts);

  const others = new Map(claimed);
  others.delete(id);
  const result = takeAway(others, changes);
  const owned = withoutUnmanaged(set);
  const same =
    former !== undefined &&
    former.set.equals(owned) &&
    former.apiVersion === self.apiVersion &&
    deepEqual(live, object);
  if (!owned.empty) result.set(id, { ...self, time: same ? former.time : timestamp(now), set: owned });
  const managedFields = stored(result);
  const copy = deepClone(object);
  copy.metadata = { ...copy.metadata, ...(managedFields && { managedFields }) };
  // Client-side apply goes on from what kubectl applied last, whichever way it did.
  if (request.manager === 'kubectl' && annotation(live, LAST_APPLIED) !== undefined) {
    copy.metadata.annotations = {
      ...copy.metadata.annotations,
      [LAST_APPLIED]: `${JSON.stringify(withoutLastApplied(config))}\n`,
    };
  }
  return { object: copy, managedFields };
}

function withoutLastApplied(config: AnyObject): AnyObject {
  if (annotation(config, LAST_APPLIED) === undefined) return config;
  const { [LAST_APPLIED]: _, ...annotations } = config.metadata!.annotations!;
  return { ...config, metadata: { ...config.metadata, annotations } };
}

/** LEAVES_NULL_UNTIL is the last release in which an object that lost its last field stayed as null. */
const LEAVES_NULL_UNTIL = 20;

/**
 * prune removes what the manager applied before, does not apply now, and nobody owns. Removal goes by containers first (an
 * object whose last owned field goes, goes too), then what others own or nobody ever owned comes back.
 */
function prune({ schema, emulated = 33 }: ApplyRequest, merged: AnyObject, last: FieldSet, owners: Owners): AnyObject {
  if (last.empty) return merged;
  const nulls = emulated <= LEAVES_NULL_UNTIL;
  const named = (set: FieldSet) => (nulls ? set : withNamedFields(schema, set));
  const without = (set: FieldSet) => removeItems(schema, merged, set, nulls) as AnyObject;
  let pruned = without(named(last));
  const all = named(toFieldSet(schema, merged));

  let owned = new FieldSet();
  for (const owner of owners.values()) owned = owned.union(owner.set);
  const keep = named(toFieldSet(schema, pruned)).union(named(owned));
  pruned = without(all.difference(keep));

  return without(all.difference(named(toFieldSet(schema, pruned))).intersection(named(last)));
}

/** takenFromLastApplied: all conflicts are fields that client-side apply set and that have not changed since. */
function takenFromLastApplied(owners: Owners, live: AnyObject, config: AnyObject, request: ApplyRequest): boolean {
  const { schema } = request;
  const text = annotation(live, LAST_APPLIED);
  if (!text) return false;
  const last = parseObject(text);
  if (!last) return false;
  const unchanged = toFieldSet(schema, last).difference(compare(schema, last, live).modified);
  const changes = changesByVersion(request, live, merge(schema, live, config) as AnyObject);
  const conflicts = findConflicts(owners, changes, ownerId(selfOf(request)));
  const allowed = [...unchanged.paths()].map(path => path.join('\0'));
  return conflicts.every(({ path }) => allowed.includes(path.join('\0')));
}

function parseObject(text: string): AnyObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? (value as AnyObject) : undefined;
  } catch {
    return undefined;
  }
}
