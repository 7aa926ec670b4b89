import { resource, type storagev1beta1 } from '@navarch/api';
import { field, Path } from '@navarch/apimachinery';
import { validateCSIDriverName } from '../../../core/v1/pod/validation/volume-sources';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

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
  strategy: plainStrategy<storagev1beta1.VolumeAttributesClass>(
    ({ driverName, parameters }, release) => [
      ...validateCSIDriverName(driverName, Path.at('driverName'), release),
      ...(Object.keys(parameters ?? {}).length
        ? []
        : [field.required(Path.at('parameters'), 'must contain at least one key/value pair')]),
    ],
    {
      alsoOnUpdate: (object, old) => [
        ...(object.driverName === old.driverName
          ? []
          : [field.forbidden(Path.at('driverName'), 'updates to driverName are forbidden.')]),
        ...(semanticEqual(object.parameters, old.parameters, 'parameters')
          ? []
          : [field.forbidden(Path.at('parameters'), 'updates to parameters are forbidden.')]),
      ],
    },
  ),
});
