import type { appsv1, corev1 } from '@navarch/api';
import { selectorFromSet } from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import { isPodAvailable, isPodReady, positive } from '../../shared/pods';

/** ReplicaOwner is a ReplicaSet or a ReplicationController: the same in everything but the selector. */
export type ReplicaOwner = Pick<appsv1.ReplicaSet, 'apiVersion' | 'kind' | 'metadata' | 'status'> & {
  spec?: { replicas?: number; minReadySeconds?: number; template?: corev1.PodTemplateSpec; selector?: unknown };
};

/** Failure is what went wrong while creating or deleting pods. */
export interface Failure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

/** calculateStatus counts the pods; `failure` sets or clears the ReplicaFailure condition. */
export function calculateStatus(
  owner: ReplicaOwner,
  active: readonly corev1.Pod[],
  failure: Failure | undefined,
  nowMs: number,
): appsv1.ReplicaSetStatus {
  const template = selectorFromSet(owner.spec?.template?.metadata?.labels);
  const minReady = owner.spec?.minReadySeconds ?? 0;
  return {
    replicas: active.length,
    fullyLabeledReplicas: positive(active.filter(pod => template.matches(pod.metadata?.labels)).length),
    readyReplicas: positive(active.filter(isPodReady).length),
    availableReplicas: positive(active.filter(pod => isPodAvailable(pod, minReady, nowMs)).length),
    observedGeneration: owner.metadata?.generation,
    conditions: conditions(owner.status?.conditions ?? [], failure, nowMs),
  };
}

function conditions(
  known: readonly appsv1.ReplicaSetCondition[],
  failure: Failure | undefined,
  nowMs: number,
): appsv1.ReplicaSetCondition[] | undefined {
  const present = known.some(condition => condition.type === 'ReplicaFailure');
  const others = known.filter(condition => condition.type !== 'ReplicaFailure');
  if (!failure) return others.length ? others : undefined;
  if (present) return [...known];
  return [...others, { type: 'ReplicaFailure', status: 'True', lastTransitionTime: rfc3339(nowMs), ...failure }];
}
