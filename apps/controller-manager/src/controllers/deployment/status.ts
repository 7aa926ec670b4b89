import type { appsv1 } from '@navarch/api';
import { rfc3339 } from '@navarch/base';
import { positive } from '../../shared/pods';
import { maxUnavailable, totalOf, totalSize, wantedReplicas } from './sizes';

type Status = appsv1.DeploymentStatus;
type Condition = appsv1.DeploymentCondition;

/** NO_DEADLINE is what progressDeadlineSeconds says when there is none. */
const NO_DEADLINE = 2_147_483_647;

/** hasDeadline: the Deployment is to report progress. */
export function hasDeadline(deployment: appsv1.Deployment): boolean {
  const seconds = deployment.spec?.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== null && seconds !== NO_DEADLINE;
}

export const conditionOf = (status: Status | undefined, type: string) =>
  status?.conditions?.find(condition => condition.type === type);

/** withCondition sets a condition: the same status and reason change nothing, the same status keeps the transition's time. */
export function withCondition(
  status: Status,
  wanted: Omit<Condition, 'lastUpdateTime' | 'lastTransitionTime'>,
  nowMs: number,
): Status {
  const known = conditionOf(status, wanted.type);
  if (known && known.status === wanted.status && known.reason === wanted.reason) return status;
  const now = rfc3339(nowMs);
  const lastTransitionTime = known?.status === wanted.status ? known.lastTransitionTime : now;
  return {
    ...status,
    conditions: [...without(status, wanted.type), { ...wanted, lastUpdateTime: now, lastTransitionTime }],
  };
}

const without = (status: Status, type: string) =>
  (status.conditions ?? []).filter(condition => condition.type !== type);

/** calculateStatus counts the pods of all sets, and says whether enough are available. */
export function calculateStatus(
  deployment: appsv1.Deployment,
  sets: readonly appsv1.ReplicaSet[],
  newSet: appsv1.ReplicaSet | undefined,
  nowMs: number,
): Status {
  const available = totalOf(sets, 'availableReplicas');
  const status: Status = {
    ...deployment.status,
    observedGeneration: deployment.metadata?.generation,
    replicas: positive(totalOf(sets, 'replicas')),
    updatedReplicas: positive(newSet?.status?.replicas ?? 0),
    readyReplicas: positive(totalOf(sets, 'readyReplicas')),
    availableReplicas: positive(available),
    unavailableReplicas: positive(Math.max(0, totalSize(sets) - available)),
  };
  const enough = available >= wantedReplicas(deployment) - maxUnavailable(deployment);
  return withCondition(
    status,
    enough
      ? {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    nowMs,
  );
}

/** isComplete: all pods are of the newest template and available, and the spec was seen. */
export function isComplete(deployment: appsv1.Deployment, status: Status | undefined): boolean {
  const wanted = wantedReplicas(deployment);
  return (
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata?.generation ?? 0)
  );
}

function isProgressing(before: Status | undefined, now: Status): boolean {
  const [updated, updatedBefore] = [now.updatedReplicas ?? 0, before?.updatedReplicas ?? 0];
  const [old, oldBefore] = [(now.replicas ?? 0) - updated, (before?.replicas ?? 0) - updatedBefore];
  return (
    updated > updatedBefore ||
    old < oldBefore ||
    (now.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  );
}

/** deadlineMs is when the Deployment has failed to progress; undefined if there is nothing to wait for. */
function deadlineMs(deployment: appsv1.Deployment, condition: Condition | undefined): number | undefined {
  if (!hasDeadline(deployment) || !condition) return undefined;
  return Date.parse(condition.lastUpdateTime ?? '') + deployment.spec!.progressDeadlineSeconds! * 1000;
}

/** rolloutStatus is the status during a rollout: counts, progress against the deadline, and failures of the sets. */
export function rolloutStatus(
  deployment: appsv1.Deployment,
  sets: readonly appsv1.ReplicaSet[],
  newSet: appsv1.ReplicaSet | undefined,
  nowMs: number,
): Status {
  let status = calculateStatus(deployment, sets, newSet, nowMs);
  if (!hasDeadline(deployment)) status = { ...status, conditions: without(status, 'Progressing') };
  const current = conditionOf(deployment.status, 'Progressing');
  const over = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
  if (hasDeadline(deployment) && !over) status = withProgress(deployment, status, newSet, current, nowMs);
  const failure = replicaFailure(sets, newSet);
  if (failure) return withCondition(status, { ...failure, type: 'ReplicaFailure' }, nowMs);
  return { ...status, conditions: without(status, 'ReplicaFailure') };
}

function withProgress(
  deployment: appsv1.Deployment,
  status: Status,
  newSet: appsv1.ReplicaSet | undefined,
  current: Condition | undefined,
  nowMs: number,
): Status {
  const what = newSet
    ? `ReplicaSet ${JSON.stringify(newSet.metadata?.name)}`
    : `Deployment ${JSON.stringify(deployment.metadata?.name)}`;
  const type = 'Progressing';
  if (isComplete(deployment, status)) {
    return withCondition(
      status,
      { type, status: 'True', reason: 'NewReplicaSetAvailable', message: `${what} has successfully progressed.` },
      nowMs,
    );
  }
  if (isProgressing(deployment.status, status)) {
    const now = rfc3339(nowMs);
    const lastTransitionTime = current?.status === 'True' ? current.lastTransitionTime : now;
    const condition = {
      type,
      status: 'True',
      reason: 'ReplicaSetUpdated',
      message: `${what} is progressing.`,
      lastUpdateTime: now,
      lastTransitionTime,
    };
    // Replaced even if equal, since the time of the last progress counts.
    return { ...status, conditions: [...without(status, type), condition] };
  }
  if (hasTimedOut(deployment, current, nowMs)) {
    return withCondition(
      status,
      { type, status: 'False', reason: 'ProgressDeadlineExceeded', message: `${what} has timed out progressing.` },
      nowMs,
    );
  }
  return status;
}

function hasTimedOut(deployment: appsv1.Deployment, condition: Condition | undefined, nowMs: number): boolean {
  if (!condition || condition.reason === 'NewReplicaSetAvailable') return false;
  if (condition.reason === 'ProgressDeadlineExceeded') return true;
  const deadline = deadlineMs(deployment, condition);
  return deadline !== undefined && deadline < nowMs;
}

function replicaFailure(sets: readonly appsv1.ReplicaSet[], newSet: appsv1.ReplicaSet | undefined) {
  const of = (set: appsv1.ReplicaSet | undefined) =>
    set?.status?.conditions?.find(condition => condition.type === 'ReplicaFailure');
  const found = of(newSet) ?? sets.map(of).find(condition => condition !== undefined);
  return found && { status: found.status, reason: found.reason, message: found.message };
}

/** recheckMs is when to look again whether the deadline has passed; undefined if a rollout is over or not watched. */
export function recheckMs(deployment: appsv1.Deployment, status: Status, nowMs: number): number | undefined {
  const condition = conditionOf(status, 'Progressing');
  if (isComplete(deployment, status) || condition?.reason === 'ProgressDeadlineExceeded') return undefined;
  const deadline = deadlineMs(deployment, condition);
  return deadline === undefined ? undefined : Math.max(0, deadline - nowMs) + 1000;
}
