import { PersistentVolumeClaims, type corev1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn, text, wide } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { defaultClaim } from './defaults';
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

/** persistentVolumeClaim declares PersistentVolumeClaim. */
export const persistentVolumeClaim = defineKind<corev1.PersistentVolumeClaim>({
  resource: PersistentVolumeClaims,
  versions: [served('v1', 'PersistentVolumeClaim')],
  shortNames: ['pvc'],
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
    metadataChecks: { update: ['whole', 'change', 'whole'] },
    prepareForCreate: (claim, { emulated }) => {
      claim.status = { phase: 'Pending' };
      keepDataSources(claim.spec, emulated);
    },
    prepareForUpdate: (claim, old, { emulated }) => {
      if (emulated < SOURCE_REFERENCES && !old.spec?.dataSource) dropUnknownSource(claim.spec);
    },
    validate: validateClaim,
    validateUpdate: validateClaimUpdate,
  }),
  subresources: { status: statusStrategy<corev1.PersistentVolumeClaim>({ validateUpdate: validateClaimStatus }) },
});

const SNAPSHOTS = 'snapshot.storage.k8s.io';

/** SOURCE_REFERENCES is the first release in which a claim refers to its source in a second form, which takes any kind. */
const SOURCE_REFERENCES = 24;

function dropUnknownSource(spec: corev1.PersistentVolumeClaimSpec | undefined): void {
  if (!spec?.dataSource) return;
  const { kind, apiGroup } = spec.dataSource;
  const isKnown =
    (kind === 'PersistentVolumeClaim' && !apiGroup) || (kind === 'VolumeSnapshot' && apiGroup === SNAPSHOTS);
  if (!isKnown) delete spec.dataSource;
}

/** The two forms of the data source are kept in step; sources other than claims and snapshots are dropped from the older one. */
function keepDataSources(spec: corev1.PersistentVolumeClaimSpec | undefined, emulated: number): void {
  if (!spec) return;
  dropUnknownSource(spec);
  if (emulated < SOURCE_REFERENCES) delete spec.dataSourceRef;
  else if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (!spec.dataSource && spec.dataSourceRef && !spec.dataSourceRef.namespace) {
    const { namespace: _, ...reference } = spec.dataSourceRef;
    const claims = reference.kind === 'PersistentVolumeClaim' && !reference.apiGroup;
    if (claims || reference.apiGroup === SNAPSHOTS) spec.dataSource = reference;
  }
}
