import type { corev1, metav1, policyv1 } from '@navarch/api';
import { controllerOf, isDeleting, percentOf, scaledValue, type OwnerReference } from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import { isPodReady } from '../../shared/pods';
import type { Release } from '../../shared/release';

type Budget = policyv1.PodDisruptionBudget;

/** DELETION_TIMEOUT_MS is how long a pod whose eviction was granted counts as going, before that is taken back. */
export const DELETION_TIMEOUT_MS = 120_000;

/** Scale answers how many pods a controller is to have; undefined if nobody knows it. */
export type Scale = (owner: OwnerReference, namespace: string) => number | undefined;

/** Expected is how many pods there should be, and how many of them have to be healthy. */
export interface Expected {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
  /** unmanaged are pods without a controller: a share of them cannot be told. */
  readonly unmanaged: readonly string[];
}

/** UncountablePod: a number has to come from the pod's controller, and it has none, or one that nobody knows. */
export class UncountablePod extends Error {
  constructor(
    readonly reason: 'NoControllerRef' | 'NoControllers',
    message: string,
  ) {
    super(message);
  }
}

/** expectedPods counts for a budget. It throws UncountablePod; a pod without a controller is one where such pods are not told of apart. */
export function expectedPods({ spec }: Budget, pods: readonly corev1.Pod[], scale: Scale, release: Release): Expected {
  const { minAvailable, maxUnavailable } = spec ?? {};
  if (maxUnavailable !== undefined) {
    const { total, unmanaged } = scaleOf(pods, scale, release);
    const desiredHealthy = Math.max(0, total - scaledValue(maxUnavailable, total, true));
    return { expectedPods: total, desiredHealthy, unmanaged };
  }
  if (minAvailable === undefined) return { expectedPods: pods.length, desiredHealthy: 0, unmanaged: [] };
  if (percentOf(minAvailable) === undefined)
    return { expectedPods: pods.length, desiredHealthy: Number(minAvailable), unmanaged: [] };
  const { total, unmanaged } = scaleOf(pods, scale, release);
  return { expectedPods: total, desiredHealthy: scaledValue(minAvailable, total, true), unmanaged };
}

function scaleOf(pods: readonly corev1.Pod[], scale: Scale, release: Release): { total: number; unmanaged: string[] } {
  const controllers = new Map<string, number>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod);
    const { namespace = '', name = '' } = pod.metadata ?? {};
    if (!owner && !release.has('unmanagedInBudgets'))
      throw new UncountablePod('NoControllerRef', `found no controller ref for pod ${JSON.stringify(name)}`);
    if (!owner) unmanaged.push(name);
    if (!owner || controllers.has(owner.uid)) continue;
    const wanted = scale(owner, namespace);
    if (wanted === undefined)
      throw new UncountablePod('NoControllers', `found no controllers for pod ${JSON.stringify(name)}`);
    controllers.set(owner.uid, wanted);
  }
  return { total: [...controllers.values()].reduce((sum, wanted) => sum + wanted, 0), unmanaged };
}

/** Disrupted are the evictions that were granted and have not happened yet. */
export interface Disrupted {
  readonly pods: Record<string, string>;
  /** overdue are pods that were to go and stayed. */
  readonly overdue: readonly corev1.Pod[];
  /** recheckMs is when the next one becomes overdue. */
  readonly recheckMs?: number;
}

/** stillDisrupted drops what has begun to go, what is gone, and what took too long. */
export function stillDisrupted({ status }: Budget, pods: readonly corev1.Pod[], nowMs: number): Disrupted {
  const kept = new Map<string, string>();
  const overdue: corev1.Pod[] = [];
  let recheckMs: number | undefined;
  for (const pod of pods) {
    const name = pod.metadata?.name ?? '';
    const since =
      status?.disruptedPods && Object.hasOwn(status.disruptedPods, name) ? status.disruptedPods[name] : undefined;
    if (since === undefined || isDeleting(pod)) continue;
    const restMs = Date.parse(since) + DELETION_TIMEOUT_MS - nowMs;
    if (restMs < 0) {
      overdue.push(pod);
      continue;
    }
    kept.set(name, since);
    recheckMs = Math.min(recheckMs ?? restMs, restMs);
  }
  return { pods: Object.fromEntries(kept), overdue, ...(recheckMs !== undefined && { recheckMs: recheckMs + 1 }) };
}

/** budgetStatus says how many more pods may be disrupted now. */
export function budgetStatus(
  budget: Budget,
  pods: readonly corev1.Pod[],
  { expectedPods, desiredHealthy }: Expected,
  disrupted: Readonly<Record<string, string>>,
  nowMs: number,
): policyv1.PodDisruptionBudgetStatus {
  const currentHealthy = pods.filter(
    pod => !isDeleting(pod) && !Object.hasOwn(disrupted, pod.metadata?.name ?? '') && isPodReady(pod),
  ).length;
  const spare = currentHealthy - desiredHealthy;
  const disruptionsAllowed = expectedPods > 0 && spare > 0 ? spare : 0;
  return {
    observedGeneration: budget.metadata?.generation,
    ...(Object.keys(disrupted).length > 0 && { disruptedPods: { ...disrupted } }),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    conditions: withCondition(
      budget,
      disruptionsAllowed > 0
        ? { status: 'True', reason: 'SufficientPods', message: '' }
        : { status: 'False', reason: 'InsufficientPods', message: '' },
      nowMs,
    ),
  };
}

/** failedStatus allows nothing: who cannot count must not let anybody go. */
export function failedStatus(budget: Budget, message: string, nowMs: number): policyv1.PodDisruptionBudgetStatus {
  const before = budget.status ?? { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  const conditions = withCondition(budget, { status: 'False', reason: 'SyncFailed', message }, nowMs);
  return { ...before, observedGeneration: budget.metadata?.generation, disruptionsAllowed: 0, conditions };
}

function withCondition(
  { metadata, status }: Budget,
  said: { status: string; reason: string; message: string },
  nowMs: number,
): metav1.Condition[] {
  const others = (status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionAllowed');
  const before = status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  const lastTransitionTime = before?.status === said.status ? before.lastTransitionTime : rfc3339(nowMs);
  return [
    ...others,
    { type: 'DisruptionAllowed', ...said, observedGeneration: metadata?.generation, lastTransitionTime },
  ];
}
