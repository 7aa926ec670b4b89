import { resource, type storagev1beta1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import type { Release } from '../../../shared/errors';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';
import { validateParameters, validateProvisioner } from '../../v1/shared/class';

function validateClass(
  { driverName, parameters = {} }: storagev1beta1.VolumeAttributesClass,
  { emulated }: Release,
): FieldError[] {
  return [
    ...validateProvisioner(driverName, Path.at('driverName')),
    ...validateParameters(parameters, Path.at('parameters'), emulated),
    ...(Object.keys(parameters).length
      ? []
      : [field.required(Path.at('parameters'), 'must contain at least one key/value pair')]),
  ];
}

/** volumeAttributesClass declares VolumeAttributesClass, of which nothing can change. */
export const volumeAttributesClass = defineKind<storagev1beta1.VolumeAttributesClass>({
  resource: resource<storagev1beta1.VolumeAttributesClass>(
    'storage.k8s.io/v1beta1',
    'volumeattributesclasses',
    'VolumeAttributesClass',
    false,
  ),
  versions: [served('storage.k8s.io/v1beta1', 'VolumeAttributesClass', { since: 31, optIn: true })],
  shortNames: ['vac'],
  columns: defineColumns<storagev1beta1.VolumeAttributesClass>([
    nameColumn,
    text('DriverName', ({ driverName }) => driverName),
    ageColumn,
  ]),
  strategy: plainStrategy<storagev1beta1.VolumeAttributesClass>(validateClass, {
    metadataChecks: { update: ['change', 'whole'] },
    validateUpdate: (object, old, release) => [
      ...(object.driverName === old.driverName
        ? []
        : [field.forbidden(Path.at('driverName'), 'updates to driverName are forbidden.')]),
      ...(semanticEqual(object.parameters, old.parameters, 'parameters')
        ? []
        : [field.forbidden(Path.at('parameters'), 'updates to parameters are forbidden.')]),
      ...validateClass(object, release),
    ],
  }),
});
