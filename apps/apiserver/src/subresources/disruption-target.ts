import type { corev1 } from '@navarch/api';
import { conflict } from '@navarch/apimachinery';
import type { Store } from '@navarch/apiserver-runtime';
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
    checkMarked(pod, preconditions);
    setPodCondition(pod, EVICTED, clock.now());
  });
  if (preconditions.resourceVersion === undefined) return deletion;
  const { resourceVersion } = marked.metadata ?? {};
  return { ...deletion, preconditions: { ...preconditions, ...(resourceVersion && { resourceVersion }) } };
}

function checkMarked(
  { metadata = {} }: corev1.Pod,
  { uid, resourceVersion }: NonNullable<DeleteOptions['preconditions']>,
) {
  const refuse = (what: string, given: string, found: string | undefined, why: string) =>
    conflict(
      { group: '', resource: 'Pod' },
      metadata.name ?? '',
      `the ${what} in the precondition (${given}) does not match the ${what} in record (${found}). The object might have been ${why}`,
    );
  if (uid && uid !== metadata.uid) throw refuse('UID', uid, metadata.uid, 'deleted and then recreated');
  if (resourceVersion && resourceVersion !== metadata.resourceVersion)
    throw refuse('ResourceVersion', resourceVersion, metadata.resourceVersion, 'modified');
}
