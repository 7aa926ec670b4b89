import type { batchv1, corev1 } from '@navarch/api';
import { backoffDelay, rfc3339 } from '@navarch/base';
import { isPodActive } from '../../shared/pods';
import type { Release } from '../../shared/release';
import { indexOf } from './indexes';

type Job = batchv1.Job;

/** JobFacts is what is known of a job's pods; counts include what earlier passes counted. */
export interface JobFacts {
  readonly pods: readonly corev1.Pod[];
  readonly succeeded: number;
  readonly failed: number;
  readonly completedIndexes: ReadonlySet<number>;
  /** failures in a row and when the last was, in milliseconds; for the pause before the next pod. */
  readonly failuresInRow: number;
  readonly lastFailureMs: number;
  readonly nowMs: number;
  readonly release: Release;
}

/** Verdict is how a job ended. */
export interface Verdict {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

/** JobPlan is what to do: pods to delete, how many (or which indexes) to create, and when to look again. */
export interface JobPlan {
  readonly verdict?: Verdict;
  readonly delete: readonly corev1.Pod[];
  readonly create: readonly (number | undefined)[];
  readonly requeueAfterMs?: number;
}

const BURST = 500;

/** isTracked: pods carry a finalizer until they are counted. */
export const isTracked = (release: Release) => release.has('jobTracking');

export const isIndexed = (job: Job) => job.spec?.completionMode === 'Indexed';
export const conditionOf = (job: Job, type: string) =>
  job.status?.conditions?.find(condition => condition.type === type && condition.status === 'True');
/** isFinished: it completed or failed, for good. */
export const isFinished = (job: Job) =>
  conditionOf(job, 'Complete') !== undefined || conditionOf(job, 'Failed') !== undefined;

/** verdictOf decides whether the job is over. A verdict that was given stays. */
export function verdictOf(job: Job, facts: JobFacts): Verdict | undefined {
  const given = conditionOf(job, 'FailureTarget') ?? conditionOf(job, 'SuccessCriteriaMet');
  if (given)
    return {
      type: given.type === 'FailureTarget' ? 'Failed' : 'Complete',
      reason: given.reason ?? '',
      message: given.message ?? '',
    };
  const { completions, backoffLimit = 6, activeDeadlineSeconds, suspend } = job.spec ?? {};
  const active = facts.pods.filter(isPodActive);
  const overLimit = facts.failed > backoffLimit || restartsPast(job, active, backoffLimit);
  if (overLimit)
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  const started = job.status?.startTime ? Date.parse(job.status.startTime) : undefined;
  if (
    !suspend &&
    started !== undefined &&
    activeDeadlineSeconds !== undefined &&
    facts.nowMs - started >= activeDeadlineSeconds * 1000
  ) {
    return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  const enough =
    completions === undefined || completions === null
      ? facts.succeeded > 0 && !active.length
      : facts.succeeded >= completions;
  const nothingToDo = completions === 0 && !active.length;
  if (enough || nothingToDo)
    return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
  return undefined;
}

/** restartsPast: containers that are restarted in place count too, all of them, as their pods never fail. */
function restartsPast(job: Job, active: readonly corev1.Pod[], limit: number): boolean {
  if (job.spec?.template?.spec?.restartPolicy !== 'OnFailure') return false;
  const restarts = active.reduce((sum, pod) => sum + restartsOf(pod), 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

function restartsOf({ status }: corev1.Pod): number {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return containers.reduce((sum, container) => sum + container.restartCount, 0);
}

/** planJob decides what to do next. */
export function planJob(job: Job, facts: JobFacts): JobPlan {
  const active = facts.pods.filter(isPodActive);
  const verdict = verdictOf(job, facts);
  const left = verdict?.type === 'Complete' && !isTracked(facts.release);
  if (verdict) return { verdict, delete: left ? [] : active, create: [] };
  if (job.spec?.suspend) return { delete: active, create: [] };
  const deadlineMs = remainingMs(job, facts.nowMs);
  const wanted = wantedActive(job, facts, active.length);
  const surplus = isIndexed(job) ? doubled(active, facts) : [];
  const rest = active.filter(pod => !surplus.includes(pod));
  if (rest.length > wanted)
    return {
      delete: [...surplus, ...leastDone(rest).slice(0, rest.length - wanted)],
      create: [],
      requeueAfterMs: deadlineMs,
    };
  const missing = Math.min(BURST, wanted - rest.length);
  if (!missing) return { delete: surplus, create: [], requeueAfterMs: deadlineMs };
  const pause = backoffMs(facts);
  if (pause > 0) return { delete: surplus, create: [], requeueAfterMs: Math.min(pause, deadlineMs ?? pause) };
  const create = isIndexed(job)
    ? nextIndexes(job, rest, facts, missing)
    : Array.from({ length: missing }, () => undefined);
  return { delete: surplus, create, requeueAfterMs: deadlineMs };
}

function wantedActive(job: Job, facts: JobFacts, active: number): number {
  const { parallelism = 1, completions } = job.spec ?? {};
  if (completions === undefined || completions === null)
    return facts.succeeded > 0 ? Math.min(active, parallelism) : parallelism;
  return Math.max(0, Math.min(parallelism, completions - facts.succeeded));
}

function remainingMs(job: Job, nowMs: number): number | undefined {
  const seconds = job.spec?.activeDeadlineSeconds;
  if (seconds === undefined || seconds === null || !job.status?.startTime) return undefined;
  return Math.max(0, Date.parse(job.status.startTime) + seconds * 1000 - nowMs);
}

/** backoffMs is how long to wait after failures: 10 s, doubling to 10 minutes; without tracking the first is made good at once. */
function backoffMs({ failuresInRow, lastFailureMs, nowMs, release }: JobFacts): number {
  const [free, maxMs] = isTracked(release) ? [0, 600_000] : [1, 360_000];
  if (failuresInRow <= free) return 0;
  return lastFailureMs + backoffDelay({ initialMs: 10_000, maxMs }, failuresInRow - free - 1) - nowMs;
}

/** doubled are active pods whose index is done, or taken by another. */
function doubled(active: readonly corev1.Pod[], { completedIndexes }: JobFacts): corev1.Pod[] {
  const seen = new Set<number>();
  return active.filter(pod => {
    const index = indexOf(pod);
    if (index === undefined || completedIndexes.has(index) || seen.has(index)) return true;
    seen.add(index);
    return false;
  });
}

function nextIndexes(job: Job, active: readonly corev1.Pod[], { completedIndexes }: JobFacts, count: number): number[] {
  const taken = new Set(active.map(indexOf));
  const indexes: number[] = [];
  for (let i = 0; i < (job.spec?.completions ?? 0) && indexes.length < count; i++)
    if (!completedIndexes.has(i) && !taken.has(i)) indexes.push(i);
  return indexes;
}

/** leastDone puts first what is missed least: pods that do not run yet, then the youngest. */
function leastDone(pods: readonly corev1.Pod[]): corev1.Pod[] {
  const started = (pod: corev1.Pod) => (pod.status?.phase === 'Running' ? 1 : 0);
  return [...pods].sort(
    (a, b) =>
      started(a) - started(b) ||
      ((a.metadata?.creationTimestamp ?? '') > (b.metadata?.creationTimestamp ?? '') ? -1 : 1),
  );
}

/** withCondition adds a condition, or changes the status of the one that is there. */
export function withCondition(
  known: readonly batchv1.JobCondition[],
  type: string,
  status: 'True' | 'False',
  reason: string,
  message: string,
  nowMs: number,
): batchv1.JobCondition[] {
  const old = known.find(condition => condition.type === type);
  if (old && old.status === status && old.reason === reason) return [...known];
  const now = rfc3339(nowMs);
  const lastTransitionTime = old?.status === status ? old.lastTransitionTime : now;
  return [
    ...known.filter(condition => condition !== old),
    { type, status, lastProbeTime: now, lastTransitionTime, reason, message },
  ];
}
