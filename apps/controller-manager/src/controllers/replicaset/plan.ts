import type { corev1 } from '@navarch/api';
import { isPodReady, readySince, restartCount } from '../../shared/pods';

/** BURST is how many pods one pass creates or deletes at most. */
export const BURST = 500;

/** ReplicaPlan is what to do to get to the wanted number. */
export interface ReplicaPlan {
  readonly create: number;
  readonly delete: readonly corev1.Pod[];
}

/**
 * planReplicas compares the active pods with the wanted number. What to delete first is ranked as documented for ReplicaSets;
 * `related` are the active pods of the same higher owner, which decide where pods stand doubled.
 */
export function planReplicas(
  active: readonly corev1.Pod[],
  wanted: number,
  related: readonly corev1.Pod[],
  nowMs: number,
): ReplicaPlan {
  if (active.length < wanted) return { create: Math.min(BURST, wanted - active.length), delete: [] };
  const surplus = Math.min(BURST, active.length - wanted);
  return { create: 0, delete: surplus === 0 ? [] : rankForDeletion(active, related, nowMs).slice(0, surplus) };
}

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** rankForDeletion sorts pods so that the ones that are missed least come first. */
export function rankForDeletion(
  pods: readonly corev1.Pod[],
  related: readonly corev1.Pod[],
  nowMs: number,
): corev1.Pod[] {
  const onNode = new Map<string, number>();
  for (const pod of related) {
    const node = pod.spec?.nodeName;
    if (node && isPodReady(pod)) onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const criteria: ((pod: corev1.Pod) => number)[] = [
    pod => (pod.spec?.nodeName ? 1 : 0),
    pod => PHASES[pod.status?.phase ?? 'Pending'] ?? 2,
    pod => (isPodReady(pod) ? 1 : 0),
    deletionCost,
    pod => -(onNode.get(pod.spec?.nodeName ?? '') ?? 0),
    pod => ageClass(readySince(pod), nowMs),
    pod => -restartCount(pod),
    pod => ageClass(pod.metadata?.creationTimestamp ? Date.parse(pod.metadata.creationTimestamp) : undefined, nowMs),
  ];
  return [...pods].sort((a, b) => {
    for (const of of criteria) {
      const difference = of(a) - of(b);
      if (difference) return difference;
    }
    return (a.metadata?.uid ?? '') < (b.metadata?.uid ?? '') ? -1 : 1;
  });
}

function deletionCost(pod: corev1.Pod): number {
  const text = pod.metadata?.annotations?.['controller.kubernetes.io/pod-deletion-cost'];
  return text !== undefined && /^-?(0|[1-9]\d*)$/.test(text) ? Number(text) : 0;
}

/** ageClass groups ages by powers of two of seconds, so that near equals are picked at random; no time counts as the youngest. */
function ageClass(since: number | undefined, nowMs: number): number {
  if (!since) return 0;
  return 1 + Math.floor(Math.log2(Math.max(1, (nowMs - since) / 1000)));
}
