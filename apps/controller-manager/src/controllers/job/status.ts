import type { batchv1, corev1 } from '@navarch/api';
import { isDeleting } from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import { isPodActive, isPodReady, isPodTerminal, positive } from '../../shared/pods';
import type { Release } from '../../shared/release';
import { conditionOf, isTracked, withCondition, type JobPlan, type Verdict } from './plan';

type Job = batchv1.Job;
type Status = batchv1.JobStatus;

/** Said is an event to write about the job. */
export interface Said {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Conclusion is a job's status at the end of a pass, and what is to be told of it. */
export interface Conclusion {
  readonly status: Status;
  readonly events: readonly Said[];
}

/**
 * conclude is the end of a pass: counts, suspension, and the verdict. A verdict is final once no pod is left; releases that do not
 * track pods give it at once.
 */
export function conclude(
  job: Job,
  status: Status,
  { verdict }: JobPlan,
  pods: readonly corev1.Pod[],
  release: Release,
  nowMs: number,
): Conclusion {
  if (!isTracked(release)) return concludeUntracked(job, status, verdict, pods, nowMs);
  const active = pods.filter(isPodActive);
  const ending = verdict !== undefined || job.spec?.suspend === true;
  const terminating = pods.filter(pod => isDeleting(pod) && !isPodTerminal(pod)).length + (ending ? active.length : 0);
  const events =
    verdict && !conditionOf(job, TARGETS[verdict.type]) ? surplus(job, verdict, status, active.length) : [];
  let conditions = status.conditions ?? [];
  const suspended = conditions.find(condition => condition.type === 'Suspended')?.status === 'True';
  if (!verdict && job.spec?.suspend && !suspended) {
    conditions = withCondition(conditions, 'Suspended', 'True', 'JobSuspended', 'Job suspended', nowMs);
    events.push({ type: 'Normal', reason: 'Suspended', message: 'Job suspended' });
  } else if (!verdict && !job.spec?.suspend && suspended) {
    conditions = withCondition(conditions, 'Suspended', 'False', 'JobResumed', 'Job resumed', nowMs);
    events.push({ type: 'Normal', reason: 'Resumed', message: 'Job resumed' });
  }
  let completionTime = status.completionTime;
  if (verdict) {
    const said = release.has('jobTargets') ? verdict : unexplained(verdict);
    if (release.has('jobTargets'))
      conditions = withCondition(conditions, TARGETS[verdict.type], 'True', said.reason, said.message, nowMs);
    if (!terminating) {
      conditions = withCondition(conditions, verdict.type, 'True', said.reason, said.message, nowMs);
      if (verdict.type === 'Complete') completionTime ??= rfc3339(nowMs);
      events.push(endOf(verdict));
    }
  }
  return {
    status: {
      ...status,
      conditions: conditions.length ? [...conditions] : undefined,
      completionTime,
      active: positive(ending ? 0 : active.length),
      ready: ending ? 0 : active.filter(isPodReady).length,
      terminating,
    },
    events,
  };
}

const TARGETS = { Failed: 'FailureTarget', Complete: 'SuccessCriteriaMet' } as const;

/** concludeUntracked: pods that a failed job takes down count as failed with it; those of a complete one are left to run. */
function concludeUntracked(
  job: Job,
  status: Status,
  verdict: Verdict | undefined,
  pods: readonly corev1.Pod[],
  nowMs: number,
): Conclusion {
  const active = pods.filter(isPodActive).length;
  const counted = { ...status, active: positive(active) };
  if (!verdict) return { status: counted, events: [] };
  const { type, reason, message } = unexplained(verdict);
  const now = rfc3339(nowMs);
  const explained = { ...(reason && { reason }), ...(message && { message }) };
  const condition = { type, status: 'True', lastProbeTime: now, lastTransitionTime: now, ...explained };
  const conditions = [...(status.conditions ?? []), condition];
  const events = [...surplus(job, verdict, status, active), endOf(verdict)];
  return type === 'Complete'
    ? { status: { ...counted, conditions, completionTime: now }, events }
    : { status: { ...status, conditions, active: undefined, failed: positive((status.failed ?? 0) + active) }, events };
}

/** unexplained: completion needed no reason before jobs told how they will end. */
const unexplained = (verdict: Verdict): Verdict =>
  verdict.type === 'Complete' ? { ...verdict, reason: '', message: '' } : verdict;

const endOf = ({ type, reason, message }: Verdict): Said =>
  type === 'Complete'
    ? { type: 'Normal', reason: 'Completed', message: 'Job completed' }
    : { type: 'Warning', reason, message };

/** surplus warns of pods past the number that a job wanted to complete. */
function surplus({ spec }: Job, { type }: Verdict, { succeeded = 0 }: Status, active: number): Said[] {
  const completions = spec?.completions;
  if (type !== 'Complete' || completions === undefined || completions === null) return [];
  const warning = (reason: string, which: string): Said => ({
    type: 'Warning',
    reason,
    message: `Too many ${which} pods running after completion count reached`,
  });
  return [
    ...(active > 0 ? [warning('TooManyActivePods', 'active')] : []),
    ...(succeeded > completions ? [warning('TooManySucceededPods', 'succeeded')] : []),
  ];
}

/** countPresent counts a job's pods as they are: for releases that do not track them. */
export function countPresent(status: Status | undefined, pods: readonly corev1.Pod[]): Status {
  const of = (phase: string) => positive(pods.filter(pod => pod.status?.phase === phase).length);
  return { ...status, succeeded: of('Succeeded'), failed: of('Failed') };
}

/** isWorthWriting: without tracking a status is written when a count changed or there is a verdict. */
export function isWorthWriting(before: Status | undefined, now: Status): boolean {
  return (
    (before?.active ?? 0) !== (now.active ?? 0) ||
    (before?.succeeded ?? 0) !== (now.succeeded ?? 0) ||
    (before?.failed ?? 0) !== (now.failed ?? 0) ||
    (before?.conditions?.length ?? 0) !== (now.conditions?.length ?? 0)
  );
}
