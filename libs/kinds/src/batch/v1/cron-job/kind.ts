import { CronJobs, type batchv1 } from '@navarch/api';
import { Path } from '@navarch/apimachinery';
import { defineKind, type Minor } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import {
  ageColumn,
  ageOf,
  containerColumns,
  formatSelector,
  integer,
  nameColumn,
  NONE,
  text,
  wide,
} from '../../../shared/printer';
import type { Release } from '../../../shared/errors';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { validateCronJob, validateCronJobSpec } from './validation';
import { nameWarnings } from '../../../core/v1/pod/warnings';
import { defaultJobSpec } from '../job/defaults';
import { jobWarnings } from '../job/warnings';

/** ZONED and REFUSED are the first releases that warn of a zone in the schedule, and that take no new one. */
const ZONED = 23;
const REFUSED = 29;
const DETAILS = 'see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';

function scheduleWarnings(schedule: string | undefined, { emulated }: Release): string[] {
  if (emulated < ZONED || !schedule?.includes('TZ')) return [];
  return emulated < REFUSED
    ? [`CRON_TZ or TZ used in spec.schedule is not officially supported, ${DETAILS}`]
    : [`cannot use TZ or CRON_TZ in spec.schedule, use timeZone field instead, ${DETAILS}`];
}

const JOB = Path.at('spec', 'jobTemplate', 'spec');
function defaultCronJob({ spec }: batchv1.CronJob, emulated: Minor): void {
  if (!spec) return;
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  if (spec.jobTemplate?.spec) defaultJobSpec(spec.jobTemplate.spec, emulated);
}

/** BETA_LABELS: the early versions let themselves be selected by a field that no CronJob has. */
const BETA_LABELS = {
  fieldLabels: { 'status.successful': 'status.successful' },
  unknownFieldLabel: (label: string) => `field label ${JSON.stringify(label)} not supported for "CronJob"`,
} as const;

/** cronJob declares CronJob; all its versions have one and the same form. */
export const cronJob = defineKind<batchv1.CronJob>({
  resource: CronJobs,
  versions: [
    served('batch/v1', 'CronJob', { since: 21, storedSince: 22 }),
    served('batch/v1beta1', 'CronJob', {
      until: 24,
      storedSince: 0,
      deprecated: deprecatedFor('1.21', '1.25', 'batch/v1 CronJob'),
      ...BETA_LABELS,
    }),
    served('batch/v2alpha1', 'CronJob', { until: 20, ...BETA_LABELS }),
  ],
  shortNames: ['cj'],
  categories: ['all'],
  // The jobs' own fields are not dropped here, but when a job is made.
  dormant: { 'spec.timeZone': 25 },
  defaults: defaultCronJob,
  columns: defineColumns<batchv1.CronJob>([
    nameColumn,
    text('Schedule', ({ spec }) => spec?.schedule ?? ''),
    text('Timezone', ({ spec }) => spec?.timeZone ?? NONE, { since: 29 }),
    { name: 'Suspend', type: 'boolean', cell: ({ spec }) => (spec?.suspend ? 'True' : 'False') },
    integer('Active', ({ status }) => status?.active?.length ?? 0),
    text('Last Schedule', ({ status }, context) =>
      status?.lastScheduleTime ? ageOf(status.lastScheduleTime, context) : NONE,
    ),
    ageColumn,
    ...containerColumns<batchv1.CronJob>(({ spec }) => spec?.jobTemplate?.spec?.template?.spec),
    wide('Selector', ({ spec }) => formatSelector(spec?.jobTemplate?.spec?.selector)),
  ]),
  podSpec: 'spec.jobTemplate.spec.template.spec',
  strategy: specStrategy<batchv1.CronJob>({
    metadataChecks: { update: ['change'] },
    warnings: (cron, old, release) => [
      ...nameWarnings(cron, old, release),
      ...jobWarnings(cron.spec?.jobTemplate?.spec, old?.spec?.jobTemplate?.spec, JOB, release),
      ...scheduleWarnings(cron.spec?.schedule, release),
    ],
    generation: 21,
    validate: validateCronJob,
    validateUpdate: ({ spec }, old, release) => validateCronJobSpec(spec, release, old.spec),
  }),
  subresources: { status: statusStrategy<batchv1.CronJob>({ metadataChecks: { update: [] } }) },
});
