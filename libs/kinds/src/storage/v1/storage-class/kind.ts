import { StorageClasses, type corev1, type storagev1 } from '@navarch/api';
import { duplicates, field, foundIn, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { IMMUTABLE, oneOf, type Release } from '../../../shared/errors';
import { validateLabelName } from '../../../shared/label-validation';
import { LABELS_WARN, labelWarnings } from '../../../shared/node-labels';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';
import { validateParameters, validateProvisioner } from '../shared/class';

const DEFAULT_CLASS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];
const TOPOLOGIES = Path.at('allowedTopologies');

/** isDefaultClass: claims without a class get this one. */
export function isDefaultClass({ metadata }: storagev1.StorageClass): boolean {
  return DEFAULT_CLASS.some(key => metadata?.annotations?.[key] === 'true');
}

function validateClass(object: storagev1.StorageClass, { emulated }: Release): FieldError[] {
  const { provisioner, parameters = {}, reclaimPolicy, volumeBindingMode } = object;
  const errors = [
    ...validateProvisioner(provisioner, Path.at('provisioner')),
    ...validateParameters(parameters, Path.at('parameters'), emulated),
  ];
  if (reclaimPolicy) errors.push(...oneOf(Path.at('reclaimPolicy'), reclaimPolicy, ['Delete', 'Retain']));
  const mode = Path.at('volumeBindingMode');
  const modes = ['Immediate', 'WaitForFirstConsumer'];
  if (volumeBindingMode === undefined) errors.push(field.required(mode));
  else errors.push(...oneOf(mode, volumeBindingMode, modes));
  return [...errors, ...validateTopologies(object.allowedTopologies ?? [])];
}

function validateTopologies(terms: readonly corev1.TopologySelectorTerm[]): FieldError[] {
  // Two terms are the same if they name the same values, in any order.
  const shapes = terms.map(({ matchLabelExpressions = [] }) =>
    JSON.stringify(matchLabelExpressions.map(({ key, values }) => [key, [...new Set(values ?? [])].sort()]).sort()),
  );
  return foundIn(terms, ({ matchLabelExpressions = [] }, i) => {
    const at = TOPOLOGIES.index(i).child('matchLabelExpressions');
    const keys = matchLabelExpressions.map(({ key }) => key);
    const errors = foundIn(matchLabelExpressions, (expression, j) => {
      const { key } = expression;
      const values = expression.values ?? [];
      const where = at.index(j);
      return [
        ...(values.length ? [] : [field.required(where.child('values'))]),
        ...duplicates(values, n => where.child('values').index(n)),
        ...validateLabelName(key, where.child('key')),
        ...(keys.indexOf(key) < j ? [field.duplicate(where.child('key'), key)] : []),
      ];
    });
    // One that names nothing is taken for as many others as there are terms.
    const others = [...(keys.length ? [] : terms), ...shapes.slice(0, i).filter(shape => shape === shapes[i])];
    return [...errors, ...others.map(() => field.duplicate(at, ''))];
  });
}

function validateUpdate(object: storagev1.StorageClass, old: storagev1.StorageClass, release: Release): FieldError[] {
  const errors = validateClass(object, release);
  for (const name of ['parameters', 'provisioner', 'reclaimPolicy'] as const) {
    if (!semanticEqual(object[name], old[name], name))
      errors.push(field.forbidden(Path.at(name), `updates to ${name} are forbidden.`));
  }
  const { volumeBindingMode: mode } = object;
  return mode === old.volumeBindingMode
    ? errors
    : [...errors, field.invalid(Path.at('volumeBindingMode'), mode, IMMUTABLE)];
}

/** storageClass declares StorageClass; only whether volumes may grow can change. */
export const storageClass = defineKind<storagev1.StorageClass>({
  resource: StorageClasses,
  versions: [
    served('storage.k8s.io/v1', 'StorageClass'),
    served('storage.k8s.io/v1beta1', 'StorageClass', {
      until: 21,
      deprecated: deprecatedFor('1.19', '1.22', 'storage.k8s.io/v1 StorageClass'),
    }),
  ],
  shortNames: ['sc'],
  defaults(object) {
    object.reclaimPolicy ??= 'Delete';
    object.volumeBindingMode ??= 'Immediate';
  },
  columns: defineColumns<storagev1.StorageClass>([
    {
      ...nameColumn,
      cell: object =>
        `${object.metadata?.name ?? ''}${isDefaultClass(object as storagev1.StorageClass) ? ' (default)' : ''}`,
    },
    text('Provisioner', ({ provisioner }) => provisioner),
    text('ReclaimPolicy', ({ reclaimPolicy = 'Delete' }) => reclaimPolicy),
    text('VolumeBindingMode', ({ volumeBindingMode = '<unset>' }) => volumeBindingMode),
    text('AllowVolumeExpansion', ({ allowVolumeExpansion = false }) => allowVolumeExpansion),
    ageColumn,
  ]),
  strategy: plainStrategy<storagev1.StorageClass>(validateClass, {
    metadataChecks: { update: ['whole', 'change'] },
    validateUpdate,
    warnings: ({ allowedTopologies = [] }, _old, { emulated }) =>
      emulated < LABELS_WARN
        ? []
        : allowedTopologies.flatMap(({ matchLabelExpressions = [] }, i) =>
            matchLabelExpressions.flatMap(({ key }, j) =>
              labelWarnings(key, TOPOLOGIES.index(i).child('matchLabelExpressions').index(j).child('key')),
            ),
          ),
  }),
});
