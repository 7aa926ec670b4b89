import { StorageClasses, type storagev1 } from '@navarch/api';
import { field, isQualifiedName, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { each, oneOf, type Release } from '../../../shared/errors';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

const DEFAULT_CLASS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];
const MAX_PARAMETERS = 512;
const MAX_BYTES = 256 * 1024;

/** isDefaultClass: claims without a class get this one. */
export function isDefaultClass({ metadata }: storagev1.StorageClass): boolean {
  return DEFAULT_CLASS.some(key => metadata?.annotations?.[key] === 'true');
}

function validateClass(object: storagev1.StorageClass): FieldError[] {
  const { provisioner, parameters = {}, reclaimPolicy, volumeBindingMode } = object;
  const at = Path.at('provisioner');
  const errors = provisioner ? each(at, provisioner, isQualifiedName(provisioner.toLowerCase())) : [field.required(at)];
  const entries = Object.entries(parameters);
  const where = Path.at('parameters');
  if (entries.length > MAX_PARAMETERS) errors.push(field.tooLong(where, '', MAX_PARAMETERS));
  for (const [key] of entries) if (!key) errors.push(field.invalid(where, key, 'field can not be empty.'));
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  if (size > MAX_BYTES) errors.push(field.tooLong(where, '', MAX_BYTES));
  if (reclaimPolicy) errors.push(...oneOf(Path.at('reclaimPolicy'), reclaimPolicy, ['Delete', 'Retain']));
  const mode = Path.at('volumeBindingMode');
  const modes = ['Immediate', 'WaitForFirstConsumer'];
  if (!volumeBindingMode) errors.push(field.required(mode));
  else if (!modes.includes(volumeBindingMode)) errors.push(field.notSupported(mode, volumeBindingMode, modes));
  return errors;
}

function validateUpdate(object: storagev1.StorageClass, old: storagev1.StorageClass, _release: Release): FieldError[] {
  const errors = validateClass(object);
  const fixed = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const;
  for (const name of fixed) {
    if (!semanticEqual(object[name], old[name]))
      errors.push(field.forbidden(Path.at(name), `updates to ${name} are forbidden.`));
  }
  return errors;
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
  strategy: plainStrategy<storagev1.StorageClass>(validateClass, { validateUpdate }),
});
