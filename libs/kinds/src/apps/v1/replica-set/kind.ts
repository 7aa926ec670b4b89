import { ReplicaSets, type appsv1 } from '@navarch/api';
import { Path, type FieldError } from '@navarch/apimachinery';
import { defaultTemplate } from '../../../core/v1/pod/defaults';
import { defineKind, type Minor } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { nonNegative, type Release } from '../../../shared/errors';
import { ageColumn, containerColumns, formatSelector, integer, nameColumn, wide } from '../../../shared/printer';
import { validateReplicaCounts } from '../../../shared/replica-counts';
import { deprecatedFor, served } from '../../../shared/served';
import { asNew, specStrategy, statusStrategy } from '../../../shared/strategies';
import { inheritLabels } from '../shared/legacy';
import {
  validateMatch,
  validateSelector,
  validateSelectorForm,
  validateSelectorUnchanged,
  validateWorkloadTemplate,
} from '../shared/workload';
import { nameWarnings, podWarnings } from '../../../core/v1/pod/warnings';

const TEMPLATE = Path.at('spec', 'template');
const SPEC = Path.at('spec');
const COUNTS = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const;
const legacy = { until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 ReplicaSet') } as const;

/** validateReplicaSet checks a ReplicaSet. */
export function validateReplicaSet(
  { spec = {} as appsv1.ReplicaSetSpec }: appsv1.ReplicaSet,
  release: Release,
): FieldError[] {
  const malformed = validateSelectorForm(spec.selector);
  return [
    ...nonNegative(SPEC.child('replicas'), spec.replicas),
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds),
    ...validateSelector(spec.selector, 'deployment', release),
    ...(malformed.length
      ? malformed
      : [
          ...validateMatch(spec.selector, spec.template),
          ...validateWorkloadTemplate(spec.template, 'ReplicaSet', (spec.replicas ?? 0) > 1, release),
        ]),
  ];
}

/** defaultReplicaSet completes a ReplicaSet, in place. */
export function defaultReplicaSet({ spec }: appsv1.ReplicaSet, emulated: Minor): void {
  if (!spec) return;
  spec.replicas ??= 1;
  if (spec.template) defaultTemplate(spec.template, emulated);
}

/** replicaSet declares ReplicaSet. */
export const replicaSet = defineKind<appsv1.ReplicaSet>({
  resource: ReplicaSets,
  versions: [
    served('apps/v1', 'ReplicaSet'),
    served('apps/v1beta2', 'ReplicaSet', legacy),
    served('extensions/v1beta1', 'ReplicaSet', { ...legacy, categories: [], defaults: inheritLabels }),
  ],
  shortNames: ['rs'],
  categories: ['all'],
  dormant: { 'status.terminatingReplicas': 35 },
  defaults: defaultReplicaSet,
  columns: defineColumns<appsv1.ReplicaSet>([
    nameColumn,
    integer('Desired', ({ spec }) => spec?.replicas ?? 0),
    integer('Current', ({ status }) => status?.replicas ?? 0),
    integer('Ready', ({ status }) => status?.readyReplicas ?? 0),
    ageColumn,
    ...containerColumns<appsv1.ReplicaSet>(({ spec }) => spec?.template?.spec),
    wide('Selector', ({ spec }) => formatSelector(spec?.selector)),
  ]),
  podSpec: 'spec.template.spec',
  strategy: specStrategy<appsv1.ReplicaSet>({
    metadataChecks: { update: ['whole', asNew(validateReplicaSet), 'change'] },
    warnings: (object, old, release) => [
      ...nameWarnings(object, old, release),
      ...podWarnings(object.spec?.template, old?.spec?.template, TEMPLATE, release),
    ],
    generation: true,
    validate: validateReplicaSet,
    validateUpdate: (rs, old, release) => [
      ...validateReplicaSet(rs, release),
      ...validateSelectorUnchanged(rs.spec?.selector, old.spec?.selector),
    ],
  }),
  subresources: {
    status: statusStrategy<appsv1.ReplicaSet>({
      validateUpdate: ({ status }) =>
        validateReplicaCounts(status, ['replicas', ...COUNTS, 'observedGeneration'], COUNTS),
    }),
    scale: { replicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  },
});
