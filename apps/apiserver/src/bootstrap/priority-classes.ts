import type { schedulingv1 } from '@navarch/api';
import type { Store } from '@navarch/apiserver-runtime';
import { ensure } from './ensure';

const SYSTEM_CLASSES: readonly { name: string; value: number; description: string }[] = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
];

/** ensurePriorityClasses makes the two system classes if they are missing. */
export async function ensurePriorityClasses(classes: Store<schedulingv1.PriorityClass>): Promise<void> {
  for (const { name, value, description } of SYSTEM_CLASSES) {
    await ensure(classes, {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      description,
    });
  }
}
