import type { corev1 } from '@navarch/api';
import { isDeleting } from '@navarch/apimachinery';

/** podCondition is the condition of that type. */
export function podCondition(pod: corev1.Pod, type: string): corev1.PodCondition | undefined {
  return pod.status?.conditions?.find(condition => condition.type === type);
}

/** isPodReady: its Ready condition is True. */
export function isPodReady(pod: corev1.Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** readySince is when the pod became ready, in milliseconds; undefined if it is not. */
export function readySince(pod: corev1.Pod): number | undefined {
  const condition = podCondition(pod, 'Ready');
  if (condition?.status !== 'True') return undefined;
  return condition.lastTransitionTime ? Date.parse(condition.lastTransitionTime) : 0;
}

/** isPodAvailable: ready for at least minReadySeconds. */
export function isPodAvailable(pod: corev1.Pod, minReadySeconds: number, nowMs: number): boolean {
  const since = readySince(pod);
  if (since === undefined) return false;
  return minReadySeconds === 0 || (since > 0 && since + minReadySeconds * 1000 <= nowMs);
}

/** isPodTerminal: it succeeded or failed and will not run again. */
export function isPodTerminal(pod: corev1.Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** isPodActive: it runs or will run: not over, not being deleted. */
export function isPodActive(pod: corev1.Pod): boolean {
  return !isPodTerminal(pod) && !isDeleting(pod);
}

/** restartCount is the most restarts that one of its containers had. */
export function restartCount(pod: corev1.Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map(status => status.restartCount ?? 0));
}

/** positive leaves a zero out, as the API does with counts that are optional. */
export function positive(count: number): number | undefined {
  return count === 0 ? undefined : count;
}
