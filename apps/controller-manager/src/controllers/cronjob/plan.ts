import { CronJobs, type batchv1, type corev1 } from '@navarch/api';
import { isDeleting } from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import { controllerReference } from '@navarch/controller-runtime';
import type { Release } from '../../shared/release';
import { asServed } from '../../shared/served-version';
import { parseSchedule, type Schedule } from './schedule';
import { UnknownZone, loadZone } from './zone';

const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
/** TOO_MANY start times that were missed are worth a warning. */
const TOO_MANY = 100;
/** LATE_MS is how much after the full minute the next look is, so that clocks that differ a little do not matter. */
const LATE_MS = 100;

/** Said is an event to write about the cron job. */
export interface Said {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** CronPlan is what is to be done now. */
export interface CronPlan {
  readonly status: batchv1.CronJobStatus;
  readonly events: readonly Said[];
  /** start is the scheduled time (milliseconds) whose job is to be made now. */
  readonly start?: number;
  /** replace: the running jobs go first. */
  readonly replace: boolean;
  readonly requeueAfterMs?: number;
}

/** outcomeOf is how a job ended; undefined while it runs. */
export function outcomeOf(job: batchv1.Job): 'Complete' | 'Failed' | undefined {
  const end = job.status?.conditions?.find(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  return end?.type as 'Complete' | 'Failed' | undefined;
}

/** jobName is the name of the job of a scheduled time: the same for everybody, so that no time is run twice. */
export const jobName = (cron: batchv1.CronJob, scheduledMs: number, release: Release) =>
  `${cron.metadata?.name}-${Math.floor(scheduledMs / (release.has('cronQueue') ? 60_000 : 1000))}`;

/** planCronJob decides what is due. `jobs` are the cron job's own; `missing` tells which active jobs are gone for good. */
export function planCronJob(
  cron: batchv1.CronJob,
  jobs: readonly batchv1.Job[],
  missing: ReadonlySet<string>,
  nowMs: number,
  release: Release,
): CronPlan {
  const events: Said[] = [];
  const status = observe(cron, jobs, missing, events, release);
  const idle = { status, events, replace: false };
  const { spec } = cron;
  if (isDeleting(cron) || !spec || spec.suspend) return idle;
  let schedule: Schedule;
  try {
    schedule = parseSchedule(spec.schedule, spec.timeZone);
  } catch (error) {
    const { message } = error as Error;
    events.push(
      !release.has('cronQueue')
        ? undecided(`unparseable schedule: ${spec.schedule} : ${message}`)
        : error instanceof UnknownZone
          ? warning('UnknownTimeZone', `invalid timeZone: ${JSON.stringify(spec.timeZone)}: ${message}`)
          : warning('UnparseableSchedule', `unparseable schedule: ${JSON.stringify(spec.schedule)} : ${message}`),
    );
    return idle;
  }
  const base = Date.parse(status.lastScheduleTime ?? cron.metadata?.creationTimestamp ?? rfc3339(nowMs));
  const next = schedule.next(schedule.latest(base, nowMs) ?? base);
  const later = { ...idle, ...(next !== undefined && { requeueAfterMs: Math.max(0, next - nowMs) + LATE_MS }) };
  const deadlineMs = (spec.startingDeadlineSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  const due = schedule.latest(base, nowMs);
  if (due === undefined) return later;
  if (missedTooMany(schedule, Math.max(base, nowMs - deadlineMs), nowMs)) {
    events.push(release.has('cronQueue') ? TOO_MANY_MISSED : undecided(TOO_MANY_MISSED_EARLY));
    if (!release.has('cronQueue')) return later;
  }
  if (due + deadlineMs < nowMs) {
    events.push(warning('MissSchedule', `Missed scheduled time to start a job: ${rfc1123(due)}`));
    return later;
  }
  const active = status.active ?? [];
  if (active.some(({ name }) => name === jobName(cron, due, release))) return later;
  if (spec.concurrencyPolicy === 'Forbid' && active.length) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    if (release.has('cronQueue')) events.push({ type: 'Normal', reason: 'JobAlreadyActive', message });
    return later;
  }
  return { ...later, start: due, replace: spec.concurrencyPolicy === 'Replace' };
}

/** observe brings the status up to what the jobs show. */
function observe(
  { status }: batchv1.CronJob,
  jobs: readonly batchv1.Job[],
  missing: ReadonlySet<string>,
  events: Said[],
  release: Release,
): batchv1.CronJobStatus {
  const active = new Map((status?.active ?? []).map(reference => [reference.uid ?? '', reference]));
  let last = status?.lastSuccessfulTime;
  for (const job of jobs) {
    const { uid = '', name } = job.metadata ?? {};
    const outcome = outcomeOf(job);
    if (!outcome && !active.has(uid))
      events.push(warning('UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`));
    if (outcome && active.delete(uid))
      events.push({
        type: 'Normal',
        reason: 'SawCompletedJob',
        message: `Saw completed job: ${name}, ${release.has('jobTargets') ? 'condition' : 'status'}: ${outcome}`,
      });
    const completed = job.status?.completionTime;
    if (outcome === 'Complete' && completed && (!last || Date.parse(completed) > Date.parse(last))) last = completed;
  }
  for (const uid of missing) {
    const reference = active.get(uid);
    if (!reference) continue;
    active.delete(uid);
    events.push({ type: 'Normal', reason: 'MissingJob', message: `Active job went missing: ${reference.name}` });
  }
  const { active: _active, lastSuccessfulTime: _last, ...rest } = status ?? {};
  return {
    ...rest,
    ...(active.size > 0 && { active: [...active.values()] }),
    ...(last && { lastSuccessfulTime: last }),
  };
}

function missedTooMany(schedule: Schedule, from: number, now: number): boolean {
  const first = schedule.next(from);
  const second = first === undefined ? undefined : schedule.next(first);
  if (first === undefined || second === undefined || second > now) return false;
  return (now - first) / (second - first) + 1 > TOO_MANY;
}

const warning = (reason: string, message: string): Said => ({ type: 'Warning', reason, message });
const TOO_MANY_MISSED = warning(
  'TooManyMissedTimes',
  'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
);
const TOO_MANY_MISSED_EARLY =
  'too many missed start time (> 100). Set or decrease .spec.startingDeadlineSeconds or check clock skew';
/** undecided is what releases without a queue of times say of all that keeps them from finding the next one. */
const undecided = (why: string) => warning('FailedNeedsStart', `Cannot determine if job needs to be started: ${why}`);

/** rfc1123 is `Mon, 01 Jan 2024 10:00:00 +0000`. */
const rfc1123 = (ms: number) => new Date(ms).toUTCString().replace('GMT', '+0000');

/** cronJobsJob makes the job of a scheduled time. */
export function cronJobsJob(cron: batchv1.CronJob, scheduledMs: number, release: Release): batchv1.Job {
  const { metadata, spec } = cron.spec!.jobTemplate;
  const scheduled = release.has('cronTimestamps') && {
    [SCHEDULED_AT]: loadZone(cron.spec?.timeZone).rfc3339(scheduledMs),
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cron, scheduledMs, release),
      namespace: cron.metadata?.namespace,
      ...(metadata?.labels && { labels: { ...metadata.labels } }),
      annotations: { ...metadata?.annotations, ...scheduled },
      ownerReferences: [asServed(controllerReference(CronJobs, cron), release)],
    },
    spec: structuredClone(spec),
  };
}

/** referenceTo is how status.active names a job. */
export function referenceTo({ metadata }: batchv1.Job): corev1.ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata ?? {};
  return { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion };
}

/** expiredJobs are the finished jobs past the history limits, oldest first; without any limit none. */
export function expiredJobs({ spec }: batchv1.CronJob, jobs: readonly batchv1.Job[]): batchv1.Job[] {
  const age = ({ metadata, status }: batchv1.Job) =>
    Date.parse(status?.startTime ?? metadata?.creationTimestamp ?? '') || 0;
  const past = (outcome: string, limit: number | undefined) => {
    const ended = jobs.filter(job => outcomeOf(job) === outcome && !isDeleting(job));
    const sorted = ended.sort(
      (a, b) => age(a) - age(b) || ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1),
    );
    return limit === undefined ? [] : sorted.slice(0, Math.max(0, sorted.length - limit));
  };
  return [...past('Complete', spec?.successfulJobsHistoryLimit), ...past('Failed', spec?.failedJobsHistoryLimit)];
}
