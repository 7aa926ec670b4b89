import type { batchv1 } from '@navarch/api';
import { field, foundIn, Path, type FieldError } from '@navarch/apimachinery';
import { semanticEqual } from '../../../shared/equal';
import { invalidStruct, nonNegative, type Release } from '../../../shared/errors';
import { countIndexes, omitted } from './policies';
import { goStruct } from '../../../shared/go-struct';

const STATUS = Path.at('status');
const CONDITIONS = STATUS.child('conditions');
/** SUCCESS_POLICIES is the first release that tells when a job has succeeded before its end, MANAGERS that in which others manage jobs. */
const SUCCESS_POLICIES = 31;
const MANAGERS = 32;

type Status = batchv1.JobStatus;
type Condition = 'Complete' | 'Failed' | 'FailureTarget' | 'SuccessCriteriaMet';

/** validateJobStatus: no count is negative; since others than the controller may manage jobs, what they say has to make sense. */
export function validateJobStatus(job: batchv1.Job, old: batchv1.Job, release: Release): FieldError[] {
  const { emulated } = release;
  const errors = foundIn(['active', 'succeeded', 'failed', 'ready', 'terminating'] as const, name =>
    nonNegative(STATUS.child(name), job.status?.[name]),
  );
  return [
    ...errors,
    ...validateUncounted(job.status),
    ...(emulated < MANAGERS ? [] : validateState(job, old)),
    ...(emulated < SUCCESS_POLICIES ? [] : validateSuccess(job)),
    ...(emulated < MANAGERS ? [] : validateProgress(job, old)),
    ...(emulated < SUCCESS_POLICIES ? [] : validateSuccessKept(job, old)),
  ];
}

/** A pod that is over and not counted yet is named once. */
function validateUncounted({ uncountedTerminatedPods: uncounted }: Status = {} as Status): FieldError[] {
  const seen = new Set<string>();
  return foundIn(['succeeded', 'failed'] as const, name =>
    foundIn(uncounted?.[name], (uid, i) => {
      const at = STATUS.child('uncountedTerminatedPods', name).index(i);
      if (!uid) return [field.invalid(at, uid, 'must not be empty')];
      if (seen.has(uid)) return [field.duplicate(at, uid)];
      seen.add(uid);
      return [];
    }),
  );
}

const is = ({ status }: batchv1.Job, type: Condition) =>
  (status?.conditions ?? []).some(condition => condition.type === type && condition.status === 'True');
const isFinished = (job: batchv1.Job) => is(job, 'Complete') || is(job, 'Failed');
const complain = (detail: string) => [omitted(CONDITIONS, detail)];

/** What did not change was right when it was written, or is let be. */
function validateState(job: batchv1.Job, old: batchv1.Job): FieldError[] {
  const { status = {} as Status } = job;
  const before = old.status ?? ({} as Status);
  const turned = (type: Condition) => is(job, type) !== is(old, type);
  const moved = (name: keyof Status) => !semanticEqual(status[name], before[name], name);
  const finished = isFinished(job);
  const ended = finished !== isFinished(old);
  const errors: FieldError[] = [];
  const check = (due: boolean, wrong: boolean, found: () => FieldError[]) => {
    if (due && wrong) errors.push(...found());
  };
  const complete = is(job, 'Complete');
  const { startTime, completionTime, active = 0, ready, terminating = 0, uncountedTerminatedPods: uncounted } = status;
  const at = (name: keyof Status) => STATUS.child(name);
  const timed = turned('Complete') || moved('completionTime');

  check(turned('Complete') || turned('Failed'), complete && is(job, 'Failed'), () =>
    complain('cannot set Complete=True and Failed=true conditions'),
  );
  check(turned('Complete') || turned('FailureTarget'), complete && is(job, 'FailureTarget'), () =>
    complain('cannot set Complete=True and FailureTarget=true conditions'),
  );
  check(timed, completionTime !== undefined && !complete, () => [
    invalidTime('completionTime', completionTime, 'cannot set completionTime when there is no Complete=True condition'),
  ]);
  check(timed, completionTime === undefined && complete, () => [
    field.required(at('completionTime'), 'completionTime is required for Complete jobs'),
  ]);
  check(moved('startTime') || moved('completionTime'), isBefore(completionTime, startTime), () => [
    invalidTime('completionTime', completionTime, 'completionTime cannot be set before startTime'),
  ]);
  check(turned('Failed') || turned('FailureTarget'), is(job, 'Failed') && !is(job, 'FailureTarget'), () =>
    complain('cannot set Failed=True condition without the FailureTarget=true condition'),
  );
  check(turned('Complete') || turned('SuccessCriteriaMet'), complete && !is(job, 'SuccessCriteriaMet'), () =>
    complain('cannot set Complete=True condition without the SuccessCriteriaMet=true condition'),
  );
  check(ended || moved('active'), finished && active > 0, () => [
    field.invalid(at('active'), active, 'active>0 is invalid for finished job'),
  ]);
  check(ended || moved('startTime'), finished && startTime === undefined, () => [
    field.required(at('startTime'), 'startTime is required for finished job'),
  ]);
  const pending = [...(uncounted?.succeeded ?? []), ...(uncounted?.failed ?? [])].length > 0;
  check(ended || moved('uncountedTerminatedPods'), finished && pending, () => [
    invalidStruct(
      at('uncountedTerminatedPods'),
      goStruct('batch.UncountedTerminatedPods', uncounted),
      'uncountedTerminatedPods needs to be empty for finished job',
    ),
  ]);
  errors.push(...validateIndexes(job, moved('completedIndexes'), moved('failedIndexes')));
  check(ended || moved('terminating'), finished && terminating > 0, () => [
    field.invalid(at('terminating'), terminating, 'terminating>0 is invalid for finished job'),
  ]);
  check(moved('ready') || moved('active'), (ready ?? 0) > active, () => [
    field.invalid(at('ready'), ready, 'cannot set more ready pods than active'),
  ]);
  return errors;
}

function validateIndexes({ spec, status }: batchv1.Job, completedMoved: boolean, failedMoved: boolean): FieldError[] {
  const { completions, backoffLimitPerIndex, completionMode } = spec ?? ({} as batchv1.JobSpec);
  const { completedIndexes: completed = '', failedIndexes: failed } = status ?? {};
  const completedAt = STATUS.child('completedIndexes');
  const failedAt = STATUS.child('failedIndexes');
  const unreadable = (name: string, text: string, at: Path) => {
    const count = countIndexes(text, completions!);
    return typeof count === 'string' ? [field.invalid(at, text, `error parsing ${name}: ${count}`)] : [];
  };
  const perIndex = backoffLimitPerIndex !== undefined;
  return [
    ...(completedMoved && completions !== undefined ? unreadable('completedIndexes', completed, completedAt) : []),
    ...(failedMoved && completions !== undefined && perIndex && failed !== undefined
      ? unreadable('failedIndexes', failed, failedAt)
      : []),
    ...(completedMoved && completed && completionMode !== 'Indexed'
      ? [
          field.invalid(
            completedAt,
            completed,
            'cannot set non-empty completedIndexes when non-indexed completion mode',
          ),
        ]
      : []),
    ...(failedMoved && !perIndex && failed !== undefined
      ? [field.invalid(failedAt, failed, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null')]
      : []),
    ...((failedMoved || completedMoved) && completions !== undefined && failed
      ? validateDisjoint(completed, failed, failedAt)
      : []),
  ];
}

function validateDisjoint(completed: string, failed: string, path: Path): FieldError[] {
  for (const [from, to] of intervals(completed)) {
    for (const [first, last] of intervals(failed)) {
      if (from > last || first > to) continue;
      const detail = `failedIndexes and completedIndexes overlap at index: ${Math.max(from, first)}`;
      return [field.invalid(path, failed, detail)];
    }
  }
  return [];
}

/** The intervals of a list such as `1,3-5` that can be read. */
function intervals(text: string): [from: number, to: number][] {
  return text.split(',').flatMap(interval => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(interval);
    return match ? [[Number(match[1]), Number(match[2] ?? match[1])] as [number, number]] : [];
  });
}

function validateSuccess(job: batchv1.Job): FieldError[] {
  const met = is(job, 'SuccessCriteriaMet');
  const policy = job.spec?.successPolicy !== undefined;
  return [
    ...(met && is(job, 'Failed') ? complain('cannot set SuccessCriteriaMet=True and Failed=true conditions') : []),
    ...(met && is(job, 'FailureTarget')
      ? complain('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions')
      : []),
    ...(policy && !met && is(job, 'Complete')
      ? complain('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True')
      : []),
  ];
}

function validateProgress(job: batchv1.Job, old: batchv1.Job): FieldError[] {
  const { spec, status = {} as Status } = job;
  const before = old.status ?? ({} as Status);
  const errors = foundIn(
    (['Failed', 'Complete', 'FailureTarget'] as const).filter(type => is(old, type) && !is(job, type)),
    type => complain(`cannot disable the terminal ${type}=True condition`),
  );
  const fewer = (name: 'failed' | 'succeeded') => {
    if ((status[name] ?? 0) >= (before[name] ?? 0)) return;
    errors.push(field.invalid(STATUS.child(name), status[name] ?? 0, `cannot decrease the ${name} counter`));
  };
  fewer('failed');
  // A job that shrinks has fewer successes.
  if (spec?.completionMode !== 'Indexed' || spec.completions !== spec.parallelism) fewer('succeeded');
  const { completionTime, startTime } = status;
  if (completionTime !== undefined && before.completionTime !== undefined && completionTime !== before.completionTime)
    errors.push(invalidTime('completionTime', completionTime, 'completionTime cannot be mutated'));
  if (before.startTime !== undefined && before.startTime !== startTime && !spec?.suspend)
    errors.push(field.required(STATUS.child('startTime'), 'startTime cannot be removed for unsuspended job'));
  return errors;
}

function validateSuccessKept(job: batchv1.Job, old: batchv1.Job): FieldError[] {
  const met = is(job, 'SuccessCriteriaMet');
  const before = is(old, 'SuccessCriteriaMet');
  if (before && !met) return complain('cannot disable the SuccessCriteriaMet=True condition');
  return is(old, 'Complete') && !before && met
    ? complain('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions')
    : [];
}

const isBefore = (time: Status['completionTime'], other: Status['startTime']) =>
  time !== undefined && other !== undefined && Date.parse(time) < Date.parse(other);

/** invalidTime shows a time as Go prints it. */
function invalidTime(name: 'completionTime', time: Status['completionTime'], detail: string) {
  const go = `${new Date(time ?? 0).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
  return invalidStruct(STATUS.child(name), go, detail);
}
