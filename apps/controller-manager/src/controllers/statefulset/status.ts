import type { appsv1, corev1 } from '@navarch/api';
import { isDeleting } from '@navarch/apimachinery';
import { isPodAvailable, positive } from '../../shared/pods';
import { revisionOf } from './identity';
import { isRunningAndReady, type RevisionNames } from './plan';

/** statefulStatus counts the set's pods. When a rolling update has reached all of them its revision becomes the current one. */
export function statefulStatus(
  set: appsv1.StatefulSet,
  pods: readonly corev1.Pod[],
  { current, update }: RevisionNames,
  nowMs: number,
): appsv1.StatefulSetStatus {
  const minReady = set.spec?.minReadySeconds ?? 0;
  const ready = pods.filter(isRunningAndReady);
  const of = (revision: string) => pods.filter(pod => !isDeleting(pod) && revisionOf(pod) === revision).length;
  const updated = of(update);
  const rolling = (set.spec?.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
  const complete = rolling && updated === pods.length && ready.length === pods.length;
  const { collisionCount, conditions } = set.status ?? {};
  return {
    observedGeneration: set.metadata?.generation,
    replicas: pods.length,
    readyReplicas: positive(ready.length),
    currentReplicas: positive(complete ? updated : of(current)),
    updatedReplicas: positive(updated),
    currentRevision: complete ? update : current,
    updateRevision: update,
    collisionCount: collisionCount ?? 0,
    ...(conditions && { conditions }),
    availableReplicas: ready.filter(pod => isPodAvailable(pod, minReady, nowMs)).length,
  };
}
