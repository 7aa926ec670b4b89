import { PersistentVolumeClaims, type corev1 } from '@navarch/api';
import { Path } from '@navarch/apimachinery';
import { defineKind, type Minor } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn, text, wide } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { asNew, specStrategy, statusStrategy } from '../../../shared/strategies';
import { defaultClaim } from './defaults';
import { matchSources, settleSources, SOURCE_REFERENCES } from './data-sources';
import { claimWarnings, classWarnings } from './warnings';
import { BETA_CLASS, validateClaim, validateClaimStatus, validateClaimUpdate } from './validation';

/** accessModesText prints access modes in short: `RWO,ROX`. */
export function accessModesText(modes: readonly string[] = []): string {
  const SHORT = [
    ['ReadWriteOnce', 'RWO'],
    ['ReadOnlyMany', 'ROX'],
    ['ReadWriteMany', 'RWX'],
    ['ReadWriteOncePod', 'RWOP'],
  ] as const;
  return SHORT.filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

/** CLASSES is the first release whose claims choose the attributes of their volume; RECOVERY the first that tells how its growth went. */
const CLASSES: Minor = 34;
const RECOVERY: Minor = 32;

/** persistentVolumeClaim declares PersistentVolumeClaim. */
export const persistentVolumeClaim = defineKind<corev1.PersistentVolumeClaim>({
  resource: PersistentVolumeClaims,
  versions: [served('v1', 'PersistentVolumeClaim')],
  shortNames: ['pvc'],
  dormant: {
    'spec.dataSourceRef': SOURCE_REFERENCES,
    'spec.volumeAttributesClassName': CLASSES,
    'status.currentVolumeAttributesClassName': CLASSES,
    'status.modifyVolumeStatus': CLASSES,
    'status.allocatedResources': RECOVERY,
    'status.allocatedResourceStatuses': RECOVERY,
  },
  defaults: defaultClaim,
  columns: defineColumns<corev1.PersistentVolumeClaim>([
    nameColumn,
    text('Status', ({ metadata, status }) => (metadata?.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''))),
    text('Volume', ({ spec }) => spec?.volumeName ?? ''),
    text('Capacity', ({ spec, status }) => (spec?.volumeName ? (status?.capacity?.['storage'] ?? '0') : '')),
    text('Access Modes', ({ spec, status }) => (spec?.volumeName ? accessModesText(status?.accessModes) : '')),
    text('StorageClass', ({ metadata, spec }) => metadata?.annotations?.[BETA_CLASS] ?? spec?.storageClassName ?? ''),
    text('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>', { since: 29 }),
    ageColumn,
    wide('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>'),
  ]),
  strategy: specStrategy<corev1.PersistentVolumeClaim>({
    metadataChecks: { update: ['whole', asNew(validateClaim), 'change', 'whole'] },
    prepareForCreate: (claim, { emulated }) => {
      claim.status = { phase: 'Pending' };
      const { spec } = claim;
      settleSources(spec, undefined);
      if (spec && emulated >= SOURCE_REFERENCES) matchSources(spec);
    },
    prepareForUpdate: ({ spec }, old) => settleSources(spec, old.spec),
    validate: validateClaim,
    warnings: (claim, _old, release) => [
      ...classWarnings(claim, release),
      ...claimWarnings(claim.spec, Path.at('spec'), release),
    ],
    validateUpdate: validateClaimUpdate,
  }),
  subresources: { status: statusStrategy<corev1.PersistentVolumeClaim>({ validateUpdate: validateClaimStatus }) },
});
