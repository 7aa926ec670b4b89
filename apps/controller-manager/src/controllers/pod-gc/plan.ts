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
