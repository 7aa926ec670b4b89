import type { corev1 } from '@navarch/api';
import { podAmounts } from '../resources/pod-resources';

/** PodUse is what a pod uses of the thing that runs out, in bytes. */
export interface PodUse {
  readonly pod: corev1.Pod;
  readonly used: number;
}

const SYSTEM_CRITICAL = 2_000_000_000;

/** isCritical: the node never evicts it: static pods, and those of the system's priorities. */
export function isCritical(pod: corev1.Pod): boolean {
  const source = pod.metadata?.annotations?.['kubernetes.io/config.source'];
  return (source !== undefined && source !== 'api') || (pod.spec?.priority ?? 0) >= SYSTEM_CRITICAL;
}

/** rankForEviction orders pods, the first to go first: those above their requests, then by priority, then by how far above. Pure. */
export function rankForEviction(
  uses: readonly PodUse[],
  resource: 'memory' | 'ephemeral-storage',
): readonly corev1.Pod[] {
  const requested = ({ pod }: PodUse) => podAmounts(pod.spec!, 'requests').get(resource) ?? 0;
  const over = (use: PodUse) => use.used - requested(use);
  return uses
    .filter(({ pod }) => !isCritical(pod))
    .sort(
      (a, b) =>
        Number(over(b) > 0) - Number(over(a) > 0) ||
        (a.pod.spec?.priority ?? 0) - (b.pod.spec?.priority ?? 0) ||
        over(b) - over(a),
    )
    .map(({ pod }) => pod);
}
