import type { appsv1, corev1 } from '@navarch/api';
import { isDeleting } from '@navarch/apimachinery';
import { isPodAvailable, isPodReady, isPodTerminal } from '../../shared/pods';
import { hasIdentity, ordinalOf, ordinalsOf, revisionOf } from './identity';

/** RevisionNames are the revision that the set comes from and the one that it goes to; equal outside an update. */
export interface RevisionNames {
  readonly current: string;
  readonly update: string;
}

/** StatefulPlan is one step. */
export interface StatefulPlan {
  /** create are ordinals, from the revision named. */
  readonly create: readonly { readonly ordinal: number; readonly revision: string }[];
  /** recreate are pods that ended although they should run; they are deleted, and made again once they are gone. */
  readonly recreate: readonly corev1.Pod[];
  readonly delete: readonly corev1.Pod[];
  /** repair are pods whose labels no longer say who they are. */
  readonly repair: readonly corev1.Pod[];
  /** waiting are pods that do not run yet; their claims are made if they are missing. */
  readonly pending: readonly corev1.Pod[];
  /** unavailable: a pod is ready, but not for long enough; time alone changes that. */
  readonly unavailable: boolean;
}

/** isRunningAndReady: the pod runs and says that it is ready. */
export const isRunningAndReady = (pod: corev1.Pod) => pod.status?.phase === 'Running' && isPodReady(pod);

/**
 * planStatefulSet decides the next step, by the documented rules: pods come in order, each after its predecessors are available, and
 * go in reverse order; with podManagementPolicy Parallel nobody waits. An update replaces pods from the highest ordinal down
 * to the partition, one after the other, in either case.
 */
export function planStatefulSet(
  set: appsv1.StatefulSet,
  pods: readonly corev1.Pod[],
  revisions: RevisionNames,
  nowMs: number,
): StatefulPlan {
  const step = {
    create: [] as { ordinal: number; revision: string }[],
    recreate: [] as corev1.Pod[],
    delete: [] as corev1.Pod[],
    repair: [] as corev1.Pod[],
    pending: [] as corev1.Pod[],
    unavailable: false,
  };
  const ordered = set.spec?.podManagementPolicy !== 'Parallel';
  const { start, end } = ordinalsOf(set);
  const { wanted, condemned } = sortPods(set, pods);
  const available = (pod: corev1.Pod) =>
    isRunningAndReady(pod) && isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs);
  for (const pod of wanted.values()) if (isRunningAndReady(pod) && !available(pod)) step.unavailable = true;
  for (let ordinal = start; ordinal < end; ordinal++) {
    const pod = wanted.get(ordinal);
    if (!pod) {
      step.create.push({ ordinal, revision: revisionFor(set, ordinal - start, revisions) });
      if (ordered) return step;
      continue;
    }
    if (isPodTerminal(pod)) {
      if (!isDeleting(pod)) step.recreate.push(pod);
      if (ordered) return step;
      continue;
    }
    if (pod.status?.phase === 'Pending' && !isDeleting(pod)) step.pending.push(pod);
    if (!isDeleting(pod) && !hasIdentity(set, ordinal, pod)) step.repair.push(pod);
    if (ordered && (isDeleting(pod) || !available(pod))) return step;
  }
  if (step.recreate.length) return step;
  // Pods that are not healthy are not torn down from above while one below them is not healthy either: it may need them.
  const lowestUnhealthy = condemned.findLast(pod => !isRunningAndReady(pod) || isDeleting(pod));
  for (const pod of condemned) {
    const mayGo = !ordered || isRunningAndReady(pod) || pod === lowestUnhealthy;
    if (mayGo && !isDeleting(pod)) step.delete.push(pod);
    if (ordered) return step;
  }
  const outdated = nextToUpdate(set, wanted, revisions.update);
  if (outdated) step.delete.push(outdated);
  return step;
}

/** sortPods tells the pods that the set wants, by ordinal, from those that it does not want, highest ordinal first. */
export function sortPods(set: appsv1.StatefulSet, pods: readonly corev1.Pod[]) {
  const { start, end } = ordinalsOf(set);
  const wanted = new Map<number, corev1.Pod>();
  const surplus: { ordinal: number; pod: corev1.Pod }[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod);
    if (ordinal === undefined) continue;
    if (ordinal >= start && ordinal < end) wanted.set(ordinal, pod);
    else surplus.push({ ordinal, pod });
  }
  return { wanted, condemned: surplus.sort((a, b) => b.ordinal - a.ordinal).map(({ pod }) => pod) };
}

const partitionOf = ({ spec }: appsv1.StatefulSet) => spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
const isRolling = ({ spec }: appsv1.StatefulSet) => (spec?.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate';

/** revisionFor is what a new pod is made from: pods below the partition stay with the current revision. */
function revisionFor(set: appsv1.StatefulSet, index: number, { current, update }: RevisionNames): string {
  return isRolling(set) && index < partitionOf(set) ? current : update;
}

/** nextToUpdate is the pod with the highest ordinal that is not up to date, unless one above it is not healthy. */
function nextToUpdate(
  set: appsv1.StatefulSet,
  wanted: ReadonlyMap<number, corev1.Pod>,
  update: string,
): corev1.Pod | undefined {
  if (!isRolling(set)) return undefined;
  const { start, end } = ordinalsOf(set);
  for (let ordinal = end - 1; ordinal >= start + partitionOf(set); ordinal--) {
    const pod = wanted.get(ordinal);
    if (!pod || isDeleting(pod)) return undefined;
    if (revisionOf(pod) !== update) return pod;
    if (!isRunningAndReady(pod)) return undefined;
  }
  return undefined;
}
