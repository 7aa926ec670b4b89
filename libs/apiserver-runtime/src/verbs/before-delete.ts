import { StatusError, conflict, type AnyObject, type GroupResource, type ObjectMeta } from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import type { GracefulDeletion, Minor } from '@navarch/kinds';
import type { GarbagePolicy } from '../registry/deletion-rules';
import type { DeleteOptions } from './delete-options';

/** DeletionPlan says how a deletion of an object in its present state goes on. */
export type DeletionPlan =
  /** pending: a deletion is under way already, nothing changes. */
  | { readonly kind: 'pending' }
  /** update: metadata is to be written; then `remove` tells whether the object is removed right after that. */
  | { readonly kind: 'update'; readonly metadata: ObjectMeta; readonly remove: boolean }
  /** remove: the object goes at once. */
  | { readonly kind: 'remove' };

/** NEGATIVE_GRACE_SINCE is the first release that takes a negative grace period for a second. */
const NEGATIVE_GRACE_SINCE: Minor = 22;

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** checkPreconditions throws 409 if uid or resourceVersion are not what the deleter has seen. */
export function checkPreconditions(
  kind: { group: string; kind: string },
  { metadata = {} }: Pick<AnyObject, 'metadata'>,
  options: Pick<DeleteOptions, 'preconditions'>,
): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  if (uid !== undefined && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    throw preconditionFailed(kind, metadata.name ?? '', why);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    throw preconditionFailed(kind, metadata.name ?? '', why);
  }
}

/** checkStored throws the 409 of a write whose preconditions do not hold: it names the resource. */
export function checkStored(target: GroupResource, object: AnyObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const metadata = object.metadata ?? {};
  const check = (what: string, wanted: string | undefined, present: string | undefined) => {
    if (wanted === undefined || wanted === present) return;
    const why = `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${present ?? ''}`;
    throw conflict(target, metadata.name ?? '', why);
  };
  check('UID', uid, metadata.uid);
  check('ResourceVersion', resourceVersion, metadata.resourceVersion);
}

// Upstream names the kind where other conflicts name the resource.
function preconditionFailed({ group, kind }: { group: string; kind: string }, name: string, why: string): StatusError {
  const title = group ? `${kind}.${group}` : kind;
  const message = `Operation cannot be fulfilled on ${title} ${JSON.stringify(name)}: ${why}`;
  return new StatusError(409, 'Conflict', message, { name, ...(group && { group }), kind });
}

/**
 * planDeletion decides what deleting an object does: nothing (graceful deletion is under way), a write that marks it as
 * being deleted (finalizers or a grace period keep it), or its removal. Pure; `now` in milliseconds.
 */
export function planDeletion(
  object: AnyObject,
  options: DeleteOptions,
  kind: { readonly graceful?: GracefulDeletion<AnyObject>; readonly garbage: GarbagePolicy },
  now: number,
  emulated: Minor,
): DeletionPlan {
  const metadata: ObjectMeta = { ...object.metadata };
  const given = options.gracePeriodSeconds;
  const requested = given !== undefined && given < 0 && emulated >= NEGATIVE_GRACE_SINCE ? 1 : given;
  const grace = graceOf(metadata, object, requested, kind.graceful, now, emulated);
  if (grace === 'pending') return { kind: 'pending' };

  const finalizers = finalizersFor(metadata.finalizers ?? [], options, kind.garbage);
  if (finalizers.length) metadata.finalizers = finalizers;
  else delete metadata.finalizers;

  if (grace !== undefined) return { kind: 'update', metadata, remove: grace <= 0 && !finalizers.length };
  if (!finalizers.length) return { kind: 'remove' };
  markDeleting(metadata, now);
  return { kind: 'update', metadata, remove: false };
}

/** graceOf applies the grace period to metadata and answers it; undefined: the kind (or this object) has none. */
function graceOf(
  metadata: ObjectMeta,
  object: AnyObject,
  requested: number | undefined,
  graceful: GracefulDeletion<AnyObject> | undefined,
  now: number,
  emulated: Minor,
): number | 'pending' | undefined {
  if (!graceful) return undefined;
  if (metadata.deletionTimestamp) {
    const present = metadata.deletionGracePeriodSeconds;
    // A period of nothing is over: what began then is brought to its end.
    if (!present) return undefined;
    // Only a shorter period than the present one changes anything.
    if (requested === undefined || requested >= present) return 'pending';
    const began = Date.parse(metadata.deletionTimestamp) - present * 1000;
    metadata.deletionTimestamp = rfc3339(began + requested * 1000);
    metadata.deletionGracePeriodSeconds = requested;
    return requested;
  }
  // Of a kind that knows grace, one that gets none is marked as being deleted too, so that watchers see it.
  const seconds = graceful.gracePeriodSeconds(object, requested, emulated) ?? 0;
  metadata.deletionTimestamp = rfc3339(now + seconds * 1000);
  metadata.deletionGracePeriodSeconds = seconds;
  if (metadata.generation) metadata.generation++;
  return seconds;
}

/** markDeleting marks an object that only finalizers keep. */
function markDeleting(metadata: ObjectMeta, now: number): void {
  if (!metadata.deletionTimestamp && metadata.generation) metadata.generation++;
  if (!metadata.deletionTimestamp || Date.parse(metadata.deletionTimestamp) > now)
    metadata.deletionTimestamp = rfc3339(now);
  metadata.deletionGracePeriodSeconds = 0;
}

/** finalizersFor adds or takes away the garbage collector's finalizers as the propagation policy asks. Pure. */
export function finalizersFor(present: readonly string[], options: DeleteOptions, garbage: GarbagePolicy): string[] {
  const kept = present.filter(f => f !== ORPHAN && f !== FOREGROUND);
  if (garbage === 'unsupported') return kept;
  return [...kept, ...policyOf(present, options, garbage)];
}

const policies: ReadonlyMap<string, string[]> = new Map([
  ['Orphan', [ORPHAN]],
  ['Foreground', [FOREGROUND]],
]);

function policyOf(present: readonly string[], options: DeleteOptions, garbage: GarbagePolicy): string[] {
  if (options.orphanDependents !== undefined) return options.orphanDependents ? [ORPHAN] : [];
  if (options.propagationPolicy !== undefined) return policies.get(options.propagationPolicy) ?? [];
  if (present.includes(ORPHAN)) return [ORPHAN];
  if (present.includes(FOREGROUND)) return [FOREGROUND];
  return garbage === 'orphan' ? [ORPHAN] : [];
}

/** sameMetadata tells whether a planned write is what is there already. */
export function sameMetadata(a: ObjectMeta, b: ObjectMeta): boolean {
  return (
    a.deletionTimestamp === b.deletionTimestamp &&
    a.deletionGracePeriodSeconds === b.deletionGracePeriodSeconds &&
    a.generation === b.generation &&
    JSON.stringify(a.finalizers ?? []) === JSON.stringify(b.finalizers ?? [])
  );
}
