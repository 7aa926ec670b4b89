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
  old?: batchv1.CronJobSpec,
): FieldError[] {
  const { concurrencyPolicy, jobTemplate } = spec;
  const policy = SPEC.child('concurrencyPolicy');
  const job = jobTemplate?.spec ?? ({} as batchv1.JobSpec);
  const at = SPEC.child('jobTemplate', 'spec');
  return [
    ...validateSchedule(spec, release, old),
    ...nonNegative(SPEC.child('startingDeadlineSeconds'), spec.startingDeadlineSeconds),
    ...(old && old.timeZone === spec.timeZone ? [] : validateZone(spec.timeZone)),
    ...(concurrencyPolicy
      ? oneOf(policy, concurrencyPolicy, ['Allow', 'Forbid', 'Replace'])
      : [field.required(policy)]),
    ...validateJobNumbers(job, at, release),
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

/** ZONES is the first release with a field for the zone, ZONE_FIELD_ONLY that in which no new schedule has one of its own. */
const ZONES = 25;
const ZONE_FIELD_ONLY = 29;

function validateSchedule(
  { schedule, timeZone }: batchv1.CronJobSpec,
  { emulated }: Release,
  old: batchv1.CronJobSpec | undefined,
): FieldError[] {
  const at = SPEC.child('schedule');
  if (!schedule) return [field.required(at)];
  const prefixed = emulated >= 22 && /^(CRON_)?TZ=/.test(schedule);
  const rest = prefixed ? schedule.replace(/^\S+\s*/, '') : schedule;
  const problem = scheduleProblem(rest);
  const errors = problem === undefined ? [] : [field.invalid(at, schedule, wording(problem, emulated))];
  if (emulated < ZONES || !schedule.includes('TZ')) return errors;
  // A schedule that had a zone may go on having one.
  if (emulated >= ZONE_FIELD_ONLY && !old?.schedule?.includes('TZ'))
    errors.push(field.invalid(at, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  else if (timeZone !== undefined)
    errors.push(field.invalid(at, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  return errors;
}

const ZONE_PART = /^(?!-)[A-Za-z.\-_0-9+]{1,14}$/;

function validateZone(zone: string | undefined): FieldError[] {
  if (zone === undefined) return [];
  const at = SPEC.child('timeZone');
  if (!zone) return [field.invalid(at, zone, 'timeZone must be nil or non-empty string')];
  const unknown = field.invalid(at, zone, `unknown time zone ${zone}`);
  if (zone.split('/').some(part => part === '.' || part === '..' || !ZONE_PART.test(part))) return [unknown];
  const isLocal = zone.toLowerCase() === 'local';
  const detail = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
  return [
    ...(isLocal ? [field.invalid(at, zone, detail)] : []),
    ...(zone === 'Local' || findZone(zone) ? [] : [unknown]),
  ];
}

/** Later releases read schedules with a newer library, which starts its sentences in lower case and quotes the fields. */
function wording(problem: string, emulated: number): string {
  if (emulated < 22) return problem;
  const lower = problem.charAt(0).toLowerCase() + problem.slice(1);
  return lower.replace(/^(expected exactly 5 fields, found \d+: )(.*)$/, '$1[$2]');
}
