import type { corev1 } from '@navarch/api';
import { isDeleting } from '@navarch/apimachinery';
import { isPodTerminal } from '../../shared/pods';

/** planTerminated are the finished pods past the threshold, evicted ones first, then the oldest; a threshold of 0 or less keeps all. */
export function planTerminated(pods: readonly corev1.Pod[], threshold: number): corev1.Pod[] {
  if (threshold <= 0) return [];
  const over = pods.filter(pod => isPodTerminal(pod) && !isDeleting(pod));
  const evicted = (pod: corev1.Pod) => (pod.status?.phase === 'Failed' && pod.status.reason === 'Evicted' ? 0 : 1);
  const order = (pod: corev1.Pod) => pod.metadata?.creationTimestamp ?? '';
  over.sort((a, b) => evicted(a) - evicted(b) || (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
  return over.slice(0, Math.max(0, over.length - threshold));
}

/**
 * planOrphans are the pods of a node that is gone which are older than the quarantine; nextMs is when the next one will be. A pod that
 * came a moment ago may be ahead of its node.
 */
export function planOrphans(
  pods: readonly corev1.Pod[],
  now: number,
  quarantineMs: number,
): { readonly lost: readonly corev1.Pod[]; readonly nextMs: number | undefined } {
  const left = (pod: corev1.Pod) => Date.parse(pod.metadata?.creationTimestamp ?? '') + quarantineMs - now;
  const waiting = pods.map(left).filter(ms => ms > 0);
  return { lost: pods.filter(pod => !(left(pod) > 0)), nextMs: waiting.length ? Math.min(...waiting) : undefined };
}
