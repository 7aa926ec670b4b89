import { ReplicationControllers, type corev1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { validateMapMatch, validateWorkloadTemplate } from '../../../apps/v1/shared/workload';
import { defineKind, type Minor } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { nonNegative, type Release } from '../../../shared/errors';
import { ageColumn, containerColumns, formatLabels, integer, nameColumn, wide } from '../../../shared/printer';
import { validateReplicaCounts } from '../../../shared/replica-counts';
import { served } from '../../../shared/served';
import { asNew, specStrategy, statusStrategy } from '../../../shared/strategies';
import { defaultTemplate } from '../pod/defaults';
import { nameWarnings, podWarnings } from '../pod/warnings';

const TEMPLATE = Path.at('spec', 'template');
const SPEC = Path.at('spec');

/** defaultController completes a ReplicationController, in place: selector and labels are the template's unless given. */
function defaultController(controller: corev1.ReplicationController, emulated: Minor): void {
  const spec = (controller.spec ??= {});
  spec.replicas ??= 1;
  if (spec.template) defaultTemplate(spec.template, emulated);
  const labels = spec.template?.metadata?.labels;
  if (!labels || !Object.keys(labels).length) return;
  if (!Object.keys(spec.selector ?? {}).length) spec.selector = { ...labels };
  const metadata = (controller.metadata ??= {});
  if (!Object.keys(metadata.labels ?? {}).length) metadata.labels = { ...labels };
}

function validateController({ spec = {} }: corev1.ReplicationController, release: Release): FieldError[] {
  const selector = spec.selector ?? {};
  return [
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds),
    ...(Object.keys(selector).length ? [] : [field.required(SPEC.child('selector'))]),
    ...nonNegative(SPEC.child('replicas'), spec.replicas),
    ...(spec.template
      ? [
          ...validateMapMatch(selector, spec.template),
          ...validateWorkloadTemplate(spec.template, 'ReplicationController', (spec.replicas ?? 0) > 1, release),
        ]
      : [field.required(SPEC.child('template'))]),
  ];
}

const selectable = ({ status }: corev1.ReplicationController) => ({ 'status.replicas': String(status?.replicas ?? 0) });

const COUNTS = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const;

/** replicationController declares ReplicationController. */
export const replicationController = defineKind<corev1.ReplicationController>({
  resource: ReplicationControllers,
  versions: [served('v1', 'ReplicationController')],
  storagePath: 'controllers',
  shortNames: ['rc'],
  categories: ['all'],
  defaults: defaultController,
  selectableFields: selectable,
  fieldLabels: ['status.replicas'],
  columns: defineColumns<corev1.ReplicationController>([
    nameColumn,
    integer('Desired', ({ spec }) => spec?.replicas ?? 0),
    integer('Current', ({ status }) => status?.replicas ?? 0),
    integer('Ready', ({ status }) => status?.readyReplicas ?? 0),
    ageColumn,
    ...containerColumns<corev1.ReplicationController>(({ spec }) => spec?.template?.spec),
    wide('Selector', ({ spec }) => formatLabels(spec?.selector)),
  ]),
  podSpec: 'spec.template.spec',
  strategy: specStrategy<corev1.ReplicationController>({
    metadataChecks: { update: ['whole', asNew(validateController), 'change'] },
    warnings: (object, old, release) => [
      ...nameWarnings(object, old, release),
      ...podWarnings(object.spec?.template, old?.spec?.template, TEMPLATE, release),
    ],
    generation: true,
    validate: validateController,
    validateUpdate: asNew(validateController),
  }),
  subresources: {
    status: statusStrategy<corev1.ReplicationController>({
      validateUpdate: ({ status }) =>
        validateReplicaCounts(status, ['replicas', ...COUNTS, 'observedGeneration'], COUNTS),
    }),
    scale: { replicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  },
});
