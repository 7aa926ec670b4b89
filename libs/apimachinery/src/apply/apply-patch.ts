import { rfc3339 } from '@navarch/base';
import { deepClone, isRecord } from '../json';
import type { AnyObject, ManagedFieldsEntry } from '../meta';
import { badRequest, StatusError } from '../status-error';
import { typeProblem } from './check-typed';
import { conflictError, findConflicts, type Conflict } from './conflicts';
import { decodeOwners, ownerId, type Owner, type Owners } from './entries';
import { isTakenFrom, withLastApplied } from './last-applied';
import { prune } from './prune';
import { ownershipOf, type Ownership } from './releases';
import { merge, toFieldSet } from './typed';
import {
  changesByVersion,
  placesOf,
  reconciledOwners,
  stored,
  takeAway,
  updateOwners,
  withoutManagedFields,
  withoutUnmanaged,
  type InVersion,
  type Tracking,
} from './update';

export interface ApplyRequest extends Tracking {
  /** live is the present object; the empty one (`emptyObject` of @navarch/api) if there is none yet. */
  readonly live: AnyObject;
  /** empty makes the object of which nothing is set; `{}` unless given. */
  readonly empty?: () => AnyObject;
  /** applied is the configuration as the client sent it. */
  readonly applied: AnyObject;
  readonly manager: string;
  /** force takes over fields that others own. */
  readonly force?: boolean;
  readonly subresource?: string;
  /** now in milliseconds since the epoch. */
  readonly now: number;
}

export interface ApplyResult {
  /** object is the live one with the configuration merged in, not yet defaulted, its managedFields set. */
  readonly object: AnyObject;
  readonly managedFields: ManagedFieldsEntry[] | undefined;
  /** isSame: but for owners and annotations of client-side apply, the object is the live one. */
  readonly isSame: boolean;
}

/**
 * applyPatch is server-side apply: the configuration's fields are set and owned, fields that the manager applied before and no
 * longer does are removed unless others own them. Neither object is changed. It throws a 409 StatusError with its causes if
 * others own fields that differ, a 400 for a configuration that may not be applied, a 500 for one that does not fit its schema.
 */
export function applyPatch(request: ApplyRequest): ApplyResult {
  const { applied, schema, emulated } = request;
  const ownership = ownershipOf(emulated);
  const live = withoutManagedFields(request.live);
  const brokenLive = ownership.bearsDuplicates ? undefined : typeProblem(schema, live, ownership);
  const owners = ownersBefore(request, brokenLive);
  checkVersion(request);
  if (Array.isArray(applied.metadata?.managedFields)) throw badRequest('metadata.managedFields must be nil');
  const broken = typeProblem(schema, applied, ownership);
  if (broken) throw untypeable('failed to create typed patch object', request, broken);
  if (brokenLive) throw untypeable('failed to create typed live object', request, brokenLive);

  const config = withoutManagedFields(applied);
  const attempt = applyTo(owners, live, config, { ...request, inVersion: typeable(request.inVersion, ownership) });
  let { conflicts } = attempt;
  if (conflicts.length && !request.force) {
    // Fields that client-side apply set may be taken over by kubectl itself.
    const isTaken = request.manager === KUBECTL ? isTakenFrom(live, request) : () => false;
    conflicts = conflicts.filter(conflict => !isTaken(conflict.path));
    if (conflicts.length) throw conflictError(conflicts);
  }
  return finished(attempt, config, request);
}

const KUBECTL = 'kubectl';

function checkVersion({ applied, apiVersion }: ApplyRequest): void {
  const given: unknown = applied.apiVersion;
  // What is no version at all counts as none.
  const isVersion = typeof given === 'string' && given.split('/').length <= 2;
  const version = isVersion ? given.replace(/^\//, '') : '';
  if (version !== apiVersion)
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${version}, expected: ${apiVersion}`,
    );
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** untypeable is the 500 for an object that does not fit its schema; since v1.21 it names the object. */
function untypeable(failure: string, { applied, emulated = 33 }: ApplyRequest, problem: string): StatusError {
  const { metadata, apiVersion, kind } = applied;
  const version = apiVersion?.includes('/') ? apiVersion : `/${apiVersion ?? ''}`;
  // What does not fit its schema may have anything for a name or a kind.
  const name = `${textOf(metadata?.namespace)}/${textOf(metadata?.name)}`;
  const subject = emulated <= 20 ? '' : ` (${name}; ${version}, Kind=${textOf(kind)})`;
  return new StatusError(500, '', `${failure}${subject}: ${problem}`);
}

/** typeable is a conversion to objects that fit their schemas, where the release keeps track of no others. */
function typeable(inVersion: InVersion | undefined, ownership: Ownership): InVersion | undefined {
  if (!inVersion || ownership.bearsDuplicates) return inVersion;
  return (object, apiVersion) => {
    const converted = inVersion(object, apiVersion);
    const problem = converted && typeProblem(converted.schema, converted.object, ownership);
    if (problem) throw new StatusError(500, '', problem);
    return converted;
  };
}

/** ownersBefore: what was there before anybody applied belongs to a manager of its own, so that it is not overwritten unseen. */
function ownersBefore(request: ApplyRequest, brokenLive: string | undefined): Owners {
  const { live, empty } = request;
  const owners = decodeOwners(live.metadata?.managedFields) ?? new Map<string, Owner>();
  if (owners.size || !live.metadata?.uid) return owners;
  if (brokenLive) throw unowned(request, brokenLive);
  const nothing: AnyObject = empty?.() ?? {};
  return updateOwners(owners, { ...request, live: nothing, updated: live, manager: 'before-first-apply' });
}

/** unowned is the 500 for an object that nobody owns, and of which it cannot be told what there is to own. */
function unowned({ live, apiVersion, emulated = 33 }: ApplyRequest, problem: string): StatusError {
  const { namespace = '', name = '' } = live.metadata ?? {};
  const type = `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${live.kind ?? ''}`;
  const subject = emulated <= 20 ? type : `${namespace}/${name}; ${type}`;
  const failure = `failed to convert new object (${subject}) to smd typed: ${problem}`;
  return new StatusError(500, '', `failed to create manager for existing fields: ${failure}`);
}

/** Attempt is what applying comes to, if it may. */
interface Attempt {
  readonly object: AnyObject;
  /** owners are those of the object, times as they were. */
  readonly owners: Owners;
  /** changed: the object is another, or somebody owns something else. */
  readonly changed: boolean;
  /** isSame: the object is the live one. */
  readonly isSame: boolean;
  readonly conflicts: readonly Conflict[];
}

function selfOf({ manager, apiVersion, subresource }: ApplyRequest): Omit<Owner, 'set' | 'time' | 'stored'> {
  return { manager, operation: 'Apply', apiVersion, subresource: subresource ?? '' };
}

function applyTo(before: Owners, live: AnyObject, config: AnyObject, request: ApplyRequest): Attempt {
  const { schema, apiVersion } = request;
  const ownership = ownershipOf(request.emulated);
  const self = selfOf(request);
  const id = ownerId(self);
  const owners = reconciledOwners(request, before, live);
  const set = toFieldSet(schema, config, ownership).without(placesOf(request.resetFields));
  const former = owners.get(id);
  const claimed = new Map(owners).set(id, { ...self, time: former?.time, set });

  const merged = merge(schema, live, config, ownership) as AnyObject;
  const object = prune(request, merged, former, claimed);
  const changes = changesByVersion(request, live, object);
  const conflicts = findConflicts(claimed, changes, id, ownership);

  claimed.delete(id);
  const result = takeAway(claimed, changes);
  const owned = withoutUnmanaged(set);
  if (!owned.empty) result.set(id, { ...self, time: former?.time, set: owned });
  const { added, modified, removed } = changes(apiVersion)!;
  const isSame = added.empty && modified.empty && removed.empty;
  return {
    object: isSame ? live : object,
    owners: result,
    changed: !isSame || !sameOwners(before, result),
    isSame,
    conflicts,
  };
}

function sameOwners(before: Owners, after: Owners): boolean {
  if (before.size !== after.size) return false;
  return [...before].every(([id, { apiVersion, set }]) => {
    const now = after.get(id);
    return now !== undefined && now.apiVersion === apiVersion && now.set.equals(set);
  });
}

function finished({ object, owners, changed, isSame }: Attempt, config: AnyObject, request: ApplyRequest): ApplyResult {
  const result = new Map(owners);
  const id = ownerId(selfOf(request));
  const own = result.get(id);
  if (own && changed) result.set(id, { ...own, time: rfc3339(request.now) });
  const managedFields = stored(result);
  const copy = deepClone(request.manager === KUBECTL ? withLastApplied(object, config) : object);
  const metadata = isRecord(copy.metadata) ? copy.metadata : {};
  copy.metadata = { ...metadata, ...(managedFields && { managedFields }) };
  return { object: copy, managedFields, isSame };
}
