import type { appsv1 } from '@navarch/api';
import { isDeleting } from '@navarch/apimachinery';
import { semanticEqual } from '../../shared/equality';
import type { Release } from '../../shared/release';
import { DESIRED_REPLICAS, HASH_LABEL, MAX_REPLICAS, desiredReplicas, revisionOf } from './annotations';
import { byAge, fenceposts, isRolling, maxUnavailable, sizeOf, totalOf, totalSize, wantedReplicas } from './sizes';

/** Scale is one set's new size. */
export interface Scale {
  readonly set: appsv1.ReplicaSet;
  readonly replicas: number;
}

/** scalingMessage is what the event about a set's new size says. */
export function scalingMessage(release: Release, set: string, before: number, after: number): string {
  const from = release.has('sizesInEvents') ? ` from ${before}` : '';
  return `Scaled ${after > before ? 'up' : 'down'} replica set ${set}${from} to ${after}`;
}

/** withoutHash is a template without the label that the controller adds. */
function withoutHash(template: appsv1.ReplicaSetSpec['template']) {
  const { [HASH_LABEL]: _hash, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { ...template?.metadata, labels } };
}

/** findNewSet is the oldest set with the Deployment's current template. */
export function findNewSet(
  deployment: appsv1.Deployment,
  sets: readonly appsv1.ReplicaSet[],
): appsv1.ReplicaSet | undefined {
  const wanted = withoutHash(deployment.spec?.template);
  return [...sets].sort(byAge).find(set => semanticEqual(withoutHash(set.spec?.template), wanted));
}

/** active are the sets that are to have pods. */
export const active = (sets: readonly appsv1.ReplicaSet[]) => sets.filter(set => sizeOf(set) > 0);

/** newSetSize is how large the new set may be now: as many as wanted, but not more in all than the surge allows. */
export function newSetSize(
  deployment: appsv1.Deployment,
  all: readonly appsv1.ReplicaSet[],
  newSet: appsv1.ReplicaSet | undefined,
): number {
  const wanted = wantedReplicas(deployment);
  if (!isRolling(deployment)) return wanted;
  const size = sizeOf(newSet);
  const room = wanted + fenceposts(deployment).maxSurge - totalSize(all);
  return room <= 0 ? size : size + Math.min(room, wanted - size);
}

/** planNewSet is the new set's next size; undefined if it has it. */
export function planNewSet(
  deployment: appsv1.Deployment,
  all: readonly appsv1.ReplicaSet[],
  newSet: appsv1.ReplicaSet,
): Scale | undefined {
  const [wanted, size] = [wantedReplicas(deployment), sizeOf(newSet)];
  if (size === wanted) return undefined;
  const replicas = size > wanted ? wanted : newSetSize(deployment, all, newSet);
  return replicas === size ? undefined : { set: newSet, replicas };
}

/**
 * planOldSets shrinks the old sets as far as the wanted availability allows: first pods that are not available anyway, then others.
 * The oldest sets shrink first. Answers the sets that change.
 */
export function planOldSets(
  deployment: appsv1.Deployment,
  old: readonly appsv1.ReplicaSet[],
  newSet: appsv1.ReplicaSet,
): Scale[] {
  if (totalSize(old) === 0) return [];
  const all = [...old, newSet];
  const minAvailable = wantedReplicas(deployment) - maxUnavailable(deployment);
  const newUnavailable = sizeOf(newSet) - (newSet.status?.availableReplicas ?? 0);
  const most = totalSize(all) - minAvailable - newUnavailable;
  if (most <= 0) return [];
  const sizes = new Map(old.map(set => [set, sizeOf(set)]));
  const shrink = (set: appsv1.ReplicaSet, by: number) => sizes.set(set, sizes.get(set)! - by);
  const sorted = [...old].sort(byAge);

  let unhealthyLeft = most;
  for (const set of sorted) {
    const by = Math.min(unhealthyLeft, Math.max(0, sizes.get(set)! - (set.status?.availableReplicas ?? 0)));
    shrink(set, by);
    unhealthyLeft -= by;
  }
  let healthyLeft = totalOf(all, 'availableReplicas') - minAvailable;
  for (const set of sorted) {
    if (healthyLeft <= 0) break;
    const by = Math.min(sizes.get(set)!, healthyLeft);
    shrink(set, by);
    healthyLeft -= by;
  }
  return sorted.filter(set => sizes.get(set) !== sizeOf(set)).map(set => ({ set, replicas: sizes.get(set)! }));
}

/** isScaling: the Deployment's size was changed since its sets were scaled last. */
export function isScaling(deployment: appsv1.Deployment, sets: readonly appsv1.ReplicaSet[]): boolean {
  return active(sets).some(set => {
    const desired = desiredReplicas(set);
    return desired !== undefined && desired !== wantedReplicas(deployment);
  });
}

/**
 * planScaling brings the sets to a changed size: one set takes it all; a finished rollout leaves the new one only; in the middle
 * of a rolling update all active sets grow or shrink in proportion.
 */
export function planScaling(
  deployment: appsv1.Deployment,
  old: readonly appsv1.ReplicaSet[],
  newSet: appsv1.ReplicaSet | undefined,
): Scale[] {
  const wanted = wantedReplicas(deployment);
  const sets = newSet ? [...old, newSet] : [...old];
  const actives = active(sets);
  if (actives.length <= 1) {
    const only = actives[0] ?? newSet ?? [...old].sort(byAge).at(-1);
    return only && sizeOf(only) !== wanted ? [{ set: only, replicas: wanted }] : [];
  }
  if (newSet && isSaturated(deployment, newSet)) return active(old).map(set => ({ set, replicas: 0 }));
  if (!isRolling(deployment)) return [];
  return planProportions(deployment, actives);
}

function isSaturated(deployment: appsv1.Deployment, set: appsv1.ReplicaSet): boolean {
  const wanted = wantedReplicas(deployment);
  return desiredReplicas(set) === wanted && sizeOf(set) === wanted && (set.status?.availableReplicas ?? 0) === wanted;
}

/** planProportions also lists sets that keep their size: their annotations change. */
function planProportions(deployment: appsv1.Deployment, sets: readonly appsv1.ReplicaSet[]): Scale[] {
  const wanted = wantedReplicas(deployment);
  const allowed = wanted > 0 ? wanted + fenceposts(deployment).maxSurge : 0;
  const toAdd = allowed - totalSize(sets);
  // Growing favours the newer of equals, shrinking takes from the older.
  const bySize = [...sets].sort((a, b) => sizeOf(b) - sizeOf(a) || (toAdd > 0 ? byAge(b, a) : byAge(a, b)));
  let added = 0;
  const scales = bySize.map(set => {
    const share = toAdd === 0 ? 0 : proportion(deployment, set, toAdd, added);
    added += share;
    return { set, replicas: sizeOf(set) + share };
  });
  // What rounding left over goes to the largest.
  return scales.map((scale, i) =>
    i === 0 ? { ...scale, replicas: Math.max(0, scale.replicas + toAdd - added) } : scale,
  );
}

function proportion(deployment: appsv1.Deployment, set: appsv1.ReplicaSet, toAdd: number, added: number): number {
  const size = sizeOf(set);
  if (size === 0 || toAdd === added) return 0;
  const share = fraction(deployment, set);
  const left = toAdd - added;
  return toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
}

function fraction(deployment: appsv1.Deployment, set: appsv1.ReplicaSet): number {
  const wanted = wantedReplicas(deployment);
  if (wanted === 0) return -sizeOf(set);
  const before = desiredReplicas(set, MAX_REPLICAS) ?? deployment.status?.replicas ?? 0;
  if (before === 0) return 0;
  return Math.round((sizeOf(set) * (wanted + fenceposts(deployment).maxSurge)) / before) - sizeOf(set);
}

/** planCleanup are the old sets past the history limit: empty, settled, the lowest revisions first. */
export function planCleanup(deployment: appsv1.Deployment, old: readonly appsv1.ReplicaSet[]): appsv1.ReplicaSet[] {
  const limit = deployment.spec?.revisionHistoryLimit;
  if (limit === undefined || limit === null) return [];
  const alive = old
    .filter(set => !isDeleting(set))
    .sort((a, b) => Number(revisionOf(a) - revisionOf(b)) || byAge(a, b));
  return alive.slice(0, Math.max(0, alive.length - limit)).filter(set => {
    const settled = (set.status?.observedGeneration ?? 0) >= (set.metadata?.generation ?? 0);
    return settled && sizeOf(set) === 0 && (set.status?.replicas ?? 0) === 0;
  });
}

/** hasSizeAnnotations: the set knows the Deployment's present size. */
export function hasSizeAnnotations(set: appsv1.ReplicaSet, wanted: Readonly<Record<string, string>>): boolean {
  return [DESIRED_REPLICAS, MAX_REPLICAS].every(name => set.metadata?.annotations?.[name] === wanted[name]);
}
