import type { appsv1 } from '@navarch/api';
import { scaledValue } from '@navarch/apimachinery';

/** wantedReplicas is spec.replicas with its default. */
export const wantedReplicas = (deployment: appsv1.Deployment) => deployment.spec?.replicas ?? 1;

/** sizeOf is a set's spec.replicas with its default. */
export const sizeOf = (set: appsv1.ReplicaSet | undefined) => (set ? (set.spec?.replicas ?? 1) : 0);

export const totalSize = (sets: readonly appsv1.ReplicaSet[]) => sets.reduce((sum, set) => sum + sizeOf(set), 0);

/** totalOf sums one of the counts in the sets' status. */
export function totalOf(
  sets: readonly appsv1.ReplicaSet[],
  count: 'replicas' | 'readyReplicas' | 'availableReplicas',
): number {
  return sets.reduce((sum, set) => sum + (set.status?.[count] ?? 0), 0);
}

/** isRolling: the strategy is RollingUpdate, which is the default. */
export const isRolling = (deployment: appsv1.Deployment) =>
  (deployment.spec?.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';

/** fenceposts are how many pods may be too many and too few; never both zero, or nothing could move. */
export function fenceposts(deployment: appsv1.Deployment): { maxSurge: number; maxUnavailable: number } {
  if (!isRolling(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const wanted = wantedReplicas(deployment);
  const given = deployment.spec?.strategy?.rollingUpdate;
  const maxSurge = scaledValue(given?.maxSurge ?? '25%', wanted, true);
  const maxUnavailable = scaledValue(given?.maxUnavailable ?? '25%', wanted, false);
  if (maxSurge === 0 && maxUnavailable === 0) return { maxSurge, maxUnavailable: 1 };
  return { maxSurge, maxUnavailable };
}

/** maxUnavailable is never more than there are to be; 0 without a rolling update. */
export function maxUnavailable(deployment: appsv1.Deployment): number {
  return isRolling(deployment) ? Math.min(fenceposts(deployment).maxUnavailable, wantedReplicas(deployment)) : 0;
}

/** byAge sorts the oldest first; equals by name. */
export function byAge(a: appsv1.ReplicaSet, b: appsv1.ReplicaSet): number {
  const [x, y] = [a.metadata?.creationTimestamp ?? '', b.metadata?.creationTimestamp ?? ''];
  if (x !== y) return x < y ? -1 : 1;
  return (a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1;
}
