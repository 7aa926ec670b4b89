import type { corev1 } from '@navarch/api';
import type { ClusterEvent } from '@navarch/scheduler-framework';

/** nodeEvents says what of a change to a node may make waiting pods fit. Pure. */
export function nodeEvents(before: corev1.Node, after: corev1.Node): ClusterEvent[] {
  const changed = (read: (node: corev1.Node) => unknown) =>
    JSON.stringify(read(before)) !== JSON.stringify(read(after));
  const events: ClusterEvent[] = [];
  if (changed(node => node.status?.allocatable)) events.push('NodeAllocatable');
  if (changed(node => node.metadata?.labels)) events.push('NodeLabel');
  if (changed(node => [node.spec?.taints, node.spec?.unschedulable])) events.push('NodeTaint');
  return events;
}
