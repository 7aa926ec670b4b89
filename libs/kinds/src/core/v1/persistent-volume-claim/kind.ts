import { PersistentVolumeClaims, type corev1 } from '@navarch/api';
import { field, parseQuantity, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { changesText } from '../../../shared/changes';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import type { Release } from '../../../shared/errors';
import { ageColumn, nameColumn, text, wide } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { defaultClaim } from './defaults';
import { validateClaimSpec } from './validation';

const SPEC = Path.at('spec');
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

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

function validateClaim(
  { spec = {} as corev1.PersistentVolumeClaimSpec }: corev1.PersistentVolumeClaim,
  release: Release,
): FieldError[] {
  return validateClaimSpec(spec, SPEC, release);
}

function validateClaimUpdate(
  claim: corev1.PersistentVolumeClaim,
  old: corev1.PersistentVolumeClaim,
  release: Release,
): FieldError[] {
  const errors = validateClaim(claim, release);
  const { spec } = claim;
  const before = old.spec;
  const storage = (s: corev1.PersistentVolumeClaimSpec | undefined) => s?.resources?.requests?.['storage'] ?? '0';
  const fixed = (s: corev1.PersistentVolumeClaimSpec | undefined) => {
    const { resources, volumeName, volumeAttributesClassName, ...rest } = { ...s };
    const bound = old.status?.phase === 'Bound';
    return {
      ...rest,
      // The binder may name the volume of a claim that has none yet.
      ...(before?.volumeName && { volumeName }),
      ...(release.emulated < 31 && { volumeAttributesClassName }),
      resources: bound ? { ...resources, requests: { ...resources?.requests, storage: undefined } } : resources,
    };
  };
  if (!semanticEqual(fixed(spec), fixed(before))) {
    const exception =
      release.emulated >= 31
        ? 'resources.requests and volumeAttributesClassName for bound claims'
        : 'resources.requests for bound claims';
    const changes = changesText(spec, before, 'spec');
    errors.push(field.forbidden(SPEC, `spec is immutable after creation except ${exception}\n${changes}`));
  }
  if (parseQuantity(storage(spec)).cmp(parseQuantity(storage(before))) < 0) {
    const reached = old.status?.capacity?.['storage'];
    const shrinksBack =
      release.emulated >= 23 && reached !== undefined && parseQuantity(storage(spec)).cmp(parseQuantity(reached)) > 0;
    const detail =
      release.emulated >= 23
        ? 'field can not be less than status.capacity'
        : 'field can not be less than previous value';
    if (!shrinksBack) errors.push(field.forbidden(SPEC.child('resources', 'requests', 'storage'), detail));
  }
  return errors;
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
    text('Capacity', ({ spec, status }) => (spec?.volumeName ? (status?.capacity?.['storage'] ?? '') : '')),
    text('Access Modes', ({ spec, status }) => (spec?.volumeName ? accessModesText(status?.accessModes) : '')),
    text('StorageClass', ({ metadata, spec }) => metadata?.annotations?.[BETA_CLASS] ?? spec?.storageClassName ?? ''),
    text('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>', { since: 29 }),
    ageColumn,
    wide('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>'),
  ]),
  strategy: specStrategy<corev1.PersistentVolumeClaim>({
    prepareForCreate: (claim, { emulated }) => {
      claim.status = { phase: 'Pending' };
      keepDataSources(claim.spec, emulated);
    },
    validate: validateClaim,
    validateUpdate: validateClaimUpdate,
  }),
  subresources: { status: statusStrategy<corev1.PersistentVolumeClaim>() },
});

const SNAPSHOTS = 'snapshot.storage.k8s.io';

/** The two forms of the data source are kept in step; sources other than claims and snapshots are dropped from the older one. */
function keepDataSources(spec: corev1.PersistentVolumeClaimSpec | undefined, emulated: number): void {
  const { dataSource } = spec ?? {};
  if (!spec) return;
  if (dataSource) {
    const known =
      (dataSource.kind === 'PersistentVolumeClaim' && !dataSource.apiGroup) ||
      (dataSource.kind === 'VolumeSnapshot' && dataSource.apiGroup === SNAPSHOTS);
    if (!known) delete spec.dataSource;
  }
  if (emulated < 24) delete spec.dataSourceRef;
  else if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (!spec.dataSource && spec.dataSourceRef && !spec.dataSourceRef.namespace) {
    const { namespace: _, ...reference } = spec.dataSourceRef;
    const claims = reference.kind === 'PersistentVolumeClaim' && !reference.apiGroup;
    if (claims || reference.apiGroup === SNAPSHOTS) spec.dataSource = reference;
  }
}
