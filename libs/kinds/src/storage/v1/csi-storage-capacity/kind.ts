import { CSIStorageCapacities, type storagev1 } from '@navarch/api';
import { field, isDNS1123Subdomain, parseQuantity, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { semanticEqual } from '../../../shared/equal';
import { each, IMMUTABLE, NON_NEGATIVE, type Release } from '../../../shared/errors';
import { validateLabelSelector } from '../../../shared/label-validation';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

function validateCapacity(
  { nodeTopology, storageClassName = '', capacity, maximumVolumeSize }: storagev1.CSIStorageCapacity,
  release: Release,
): FieldError[] {
  const amount = (name: string, text: string | undefined) =>
    text !== undefined && parseQuantity(text).sign() < 0 ? [field.invalid(Path.at(name), text, NON_NEGATIVE)] : [];
  return [
    ...validateLabelSelector(nodeTopology, Path.at('nodeTopology'), release),
    ...each(Path.at('storageClassName'), storageClassName, isDNS1123Subdomain(storageClassName)),
    ...amount('capacity', capacity),
    ...amount('maximumVolumeSize', maximumVolumeSize),
  ];
}

/** csiStorageCapacity declares CSIStorageCapacity; where it applies is fixed. */
export const csiStorageCapacity = defineKind<storagev1.CSIStorageCapacity>({
  resource: CSIStorageCapacities,
  versions: [
    served('storage.k8s.io/v1', 'CSIStorageCapacity', { since: 24 }),
    served('storage.k8s.io/v1beta1', 'CSIStorageCapacity', {
      since: 21,
      until: 26,
      deprecated: deprecatedFor('1.24', '1.27', 'storage.k8s.io/v1 CSIStorageCapacity'),
    }),
  ],
  strategy: plainStrategy<storagev1.CSIStorageCapacity>(validateCapacity, {
    metadataChecks: { update: ['whole', 'change'] },
    allowUnconditionalUpdate: false,
    alsoOnUpdate: (object, old) =>
      (['nodeTopology', 'storageClassName'] as const)
        .filter(name => !semanticEqual(object[name], old[name]))
        .map(name => field.invalid(Path.at(name), object[name], IMMUTABLE)),
  }),
});
