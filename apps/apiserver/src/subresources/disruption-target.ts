import type { corev1 } from '@navarch/api';
import { checkPreconditions, type Store } from '@navarch/apiserver-runtime';
import type { Clock } from '@navarch/base';
import type { DeleteOptions } from '@navarch/client';
import { setPodCondition } from './pod-condition';

/** MARKS_SINCE is the first release that says of a pod why it goes. */
export const MARKS_SINCE = 26;

const EVICTED = {
  ...{ type: 'DisruptionTarget', status: 'True' },
  ...{ reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' },
} as const;

/**
 * markDisrupted tells in a pod's status that it is evicted, and answers the options of its deletion: a resourceVersion among them is that
 * of the pod with the mark. It throws 409 for a pod that is not the one that they are about.
 */
export async function markDisrupted(
  { pods, clock }: { readonly pods: () => Store<corev1.Pod>; readonly clock: Clock },
  { metadata = {} }: corev1.Pod,
  deletion: DeleteOptions,
): Promise<DeleteOptions> {
  const { preconditions = {} } = deletion;
  const marked = await pods().update(metadata.namespace!, metadata.name!, pod => {
    checkPreconditions({ group: '', kind: 'Pod' }, pod, deletion);
    setPodCondition(pod, EVICTED, clock.now());
  });
  if (preconditions.resourceVersion === undefined) return deletion;
  const { resourceVersion } = marked.metadata ?? {};
  return { ...deletion, preconditions: { ...preconditions, ...(resourceVersion && { resourceVersion }) } };
}
