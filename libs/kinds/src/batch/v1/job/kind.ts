import { Jobs, type batchv1 } from '@navarch/api';
import { humanDuration, Path } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns, type CellContext } from '../../../shared/columns';
import { ageColumn, containerColumns, formatSelector, nameColumn, text, wide } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { defaultJob, inheritLabels } from './defaults';
import { generateSelector } from './selector';
import { validateJobStatus } from './status';
import { validateJob, validateJobUpdate } from './validation';
import { nameWarnings } from '../../../core/v1/pod/warnings';
import { jobWarnings } from './warnings';

function completions({ spec, status }: batchv1.Job): string {
  const done = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${done}/${spec.completions}`;
  const parallel = spec?.parallelism ?? 0;
  return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`;
}

function duration({ status }: batchv1.Job, { now }: CellContext): string {
  if (!status?.startTime) return '';
  const end = status.completionTime ? Date.parse(status.completionTime) : now;
  return humanDuration(end - Date.parse(status.startTime));
}

function state({ metadata, status }: batchv1.Job): string {
  const is = (type: string) => (status?.conditions ?? []).some(c => c.type === type && c.status === 'True');
  if (is('Complete')) return 'Complete';
  if (is('Failed')) return 'Failed';
  if (metadata?.deletionTimestamp) return 'Terminating';
  return ['Suspended', 'FailureTarget'].find(is) ?? 'Running';
}

/** job declares Job. Its uid and name have to be there when prepareForCreate generates the selector. */
export const job = defineKind<batchv1.Job>({
  resource: Jobs,
  versions: [served('batch/v1', 'Job')],
  categories: ['all'],
  dormant: {
    'spec.ttlSecondsAfterFinished': 21,
    'spec.completionMode': 22,
    'spec.suspend': 22,
    'spec.podFailurePolicy': 26,
    'spec.backoffLimitPerIndex': 29,
    'spec.maxFailedIndexes': 29,
    'spec.podReplacementPolicy': 29,
    'spec.successPolicy': 31,
    'spec.managedBy': 32,
    'status.ready': 24,
    'status.terminating': 29,
  },
  defaults: defaultJob,
  selectableFields: ({ status }) => ({ 'status.successful': String(status?.succeeded ?? 0) }),
  fieldLabels: ['status.successful'],
  unknownFieldLabel: label => `field label ${JSON.stringify(label)} not supported for batchv1.Job`,
  columns: defineColumns<batchv1.Job>([
    nameColumn,
    text('Status', state, { since: 30 }),
    text('Completions', completions),
    text('Duration', duration),
    ageColumn,
    ...containerColumns<batchv1.Job>(({ spec }) => spec?.template?.spec),
    wide('Selector', ({ spec }) => formatSelector(spec?.selector)),
  ]),
  podSpec: 'spec.template.spec',
  strategy: specStrategy<batchv1.Job>({
    metadataChecks: { update: ['whole', (job, old, release) => validateJob(job, release, old), 'change'] },
    warnings: (object, old, release) => [
      ...nameWarnings(object, old, release),
      ...jobWarnings(object.spec, old?.spec, Path.at('spec'), release),
    ],
    generation: 21,
    prepareForCreate(job, { emulated }) {
      generateSelector(job, emulated);
    },
    // A job that came without labels is read with those that its pods were given.
    canonicalize: inheritLabels,
    validate: (job, release) => validateJob(job, release),
    validateUpdate: validateJobUpdate,
  }),
  subresources: {
    status: statusStrategy<batchv1.Job>({ validateUpdate: validateJobStatus }),
  },
});
