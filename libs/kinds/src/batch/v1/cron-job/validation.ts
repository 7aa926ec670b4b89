import type { batchv1, metav1 } from '@navarch/api';
import { field, maxLength, Path, type FieldError } from '@navarch/apimachinery';
import { timeZone as findZone } from '@navarch/base';
import { invalidStruct, nonNegative, oneOf, type Release } from '../../../shared/errors';
import { goLabelSelector } from '../../../shared/go-syntax';
import { validateJobNumbers, validateJobTemplate } from '../job/validation';
import { scheduleProblem } from './schedule';

const SPEC = Path.at('spec');
/** MAX_NAME leaves room for the time that the names of jobs end with. */
const MAX_NAME = 63 - 11;

/** validateCronJob checks a new CronJob, whose jobs' names have to fit. */
export function validateCronJob({ metadata, spec }: batchv1.CronJob, release: Release): FieldError[] {
  const name = metadata?.name ?? '';
  const at = Path.at('metadata', 'name');
  return [
    ...validateCronJobSpec(spec, release),
    ...(name.length > MAX_NAME ? [field.invalid(at, name, maxLength(MAX_NAME))] : []),
  ];
}

/** validateCronJobSpec checks when jobs are made, and what they look like. */
export function validateCronJobSpec(
  spec: batchv1.CronJobSpec | undefined = {} as batchv1.CronJobSpec,
  release: Release,
): FieldError[] {
  const { concurrencyPolicy, jobTemplate } = spec;
  const policy = SPEC.child('concurrencyPolicy');
  const job = jobTemplate?.spec ?? ({} as batchv1.JobSpec);
  const at = SPEC.child('jobTemplate', 'spec');
  return [
    ...validateSchedule(spec, release),
    ...nonNegative(SPEC.child('startingDeadlineSeconds'), spec.startingDeadlineSeconds),
    ...(concurrencyPolicy
      ? oneOf(policy, concurrencyPolicy, ['Allow', 'Forbid', 'Replace'])
      : [field.required(policy)]),
    ...validateJobNumbers(job, at),
    ...validateJobTemplate(job, at, release),
    ...validateNoSelector(job.selector, at.child('selector')),
    ...(job.manualSelector ? [field.notSupported(at.child('manualSelector'), true, ['nil', 'false'])] : []),
    ...nonNegative(SPEC.child('successfulJobsHistoryLimit'), spec.successfulJobsHistoryLimit),
    ...nonNegative(SPEC.child('failedJobsHistoryLimit'), spec.failedJobsHistoryLimit),
  ];
}

function validateNoSelector(selector: metav1.LabelSelector | undefined, path: Path): FieldError[] {
  if (!selector) return [];
  return [invalidStruct(path, goLabelSelector(selector), '`selector` will be auto-generated')];
}

function validateSchedule({ schedule, timeZone }: batchv1.CronJobSpec, { emulated }: Release): FieldError[] {
  const at = SPEC.child('schedule');
  if (!schedule) return [field.required(at)];
  const zoned = emulated >= 22 && /^(CRON_)?TZ=/.test(schedule);
  const rest = zoned ? schedule.replace(/^\S+\s*/, '') : schedule;
  const problem = scheduleProblem(rest);
  const errors = problem === undefined ? [] : [field.invalid(at, schedule, wording(problem, emulated))];
  if (zoned && emulated >= 25)
    errors.push(field.invalid(at, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  if (timeZone === undefined) return errors;
  const zonePath = SPEC.child('timeZone');
  if (!timeZone) return [...errors, field.invalid(zonePath, timeZone, 'timeZone must be nil or non-empty string')];
  if (timeZone === 'Local')
    return [
      ...errors,
      field.invalid(
        zonePath,
        timeZone,
        'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      ),
    ];
  return findZone(timeZone) ? errors : [...errors, field.invalid(zonePath, timeZone, `unknown time zone ${timeZone}`)];
}

/** Later releases read schedules with a newer library, which starts its sentences in lower case and quotes the fields. */
function wording(problem: string, emulated: number): string {
  if (emulated < 22) return problem;
  const lower = problem.charAt(0).toLowerCase() + problem.slice(1);
  return lower.replace(/^(expected exactly 5 fields, found \d+: )(.*)$/, '$1[$2]');
}
