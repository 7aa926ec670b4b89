import { CSIStorageCapacities, type storagev1 } from '@navarch/api';
import { field, isDNS1123Subdomain, parseQuantity, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind, type Minor } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { each, IMMUTABLE, NON_NEGATIVE, type Release } from '../../../shared/errors';
import { validateLabelSelector } from '../../../shared/label-validation';
import { LABELS_WARN, selectorWarnings } from '../../../shared/node-labels';
import { createdAtColumn, nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** COLUMNS is the first release that tells of classes and amounts. */
const COLUMNS: Minor = 33;
const UNSET = '<unset>';

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
  columns: defineColumns<storagev1.CSIStorageCapacity>([
    nameColumn,
    { ...createdAtColumn, until: COLUMNS - 1 },
    text('StorageClassName', ({ storageClassName }) => storageClassName, { since: COLUMNS }),
    text('Capacity', ({ capacity }) => capacity ?? UNSET, { since: COLUMNS }),
  ]),
  strategy: plainStrategy<storagev1.CSIStorageCapacity>(validateCapacity, {
    metadataChecks: { update: ['whole', 'change'] },
    allowUnconditionalUpdate: false,
    warnings: ({ nodeTopology }, _old, { emulated }) =>
      emulated < LABELS_WARN ? [] : selectorWarnings(nodeTopology, Path.at('nodeTopology')),
    alsoOnUpdate: (object, old) =>
      (['nodeTopology', 'storageClassName'] as const)
        .filter(name => !semanticEqual(object[name], old[name]))
        .map(name => field.invalid(Path.at(name), object[name], IMMUTABLE)),
  }),
});
