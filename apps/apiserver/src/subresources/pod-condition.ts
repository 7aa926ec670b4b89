import type { corev1 } from '@navarch/api';
import { rfc3339 } from '@navarch/base';

/** setPodCondition sets a condition of a pod, in place: where it stood before, if it did. Since when it is so stays. */
export function setPodCondition(
  pod: corev1.Pod,
  condition: Pick<corev1.PodCondition, 'type' | 'status' | 'reason' | 'message'>,
  nowMs: number,
): void {
  const status = (pod.status ??= {});
  const conditions = status.conditions ?? [];
  const before = conditions.find(({ type }) => type === condition.type);
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : rfc3339(nowMs);
  const now: corev1.PodCondition = { ...condition, ...(lastTransitionTime && { lastTransitionTime }) };
  status.conditions = before ? conditions.map(one => (one === before ? now : one)) : [...conditions, now];
}
