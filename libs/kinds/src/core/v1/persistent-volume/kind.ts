import { PersistentVolumes, type corev1 } from '@navarch/api';
import { defineKind, type Minor, type StrategyContext } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn, text, wide } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { accessModesText } from '../persistent-volume-claim/kind';
import { classWarnings, WARNS } from '../persistent-volume-claim/warnings';
import { BETA_CLASS } from '../persistent-volume-claim/validation';
import { defaultSources } from '../pod/volume-defaults';
import { validateMountOptions, validateVolume, validateVolumeUpdate } from './validation';

function defaultVolume(volume: corev1.PersistentVolume): void {
  const spec = (volume.spec ??= {});
  spec.persistentVolumeReclaimPolicy ||= 'Retain';
  spec.volumeMode ??= 'Filesystem';
  defaultSources(spec);
  volume.status ??= {};
  volume.status.phase ||= 'Pending';
}

/** PHASE_TIMES is the first release that records when the phase last changed. */
const PHASE_TIMES: Minor = 29;

function stampPhase(status: corev1.PersistentVolumeStatus, { emulated, now }: StrategyContext): void {
  if (emulated >= PHASE_TIMES) status.lastPhaseTransitionTime = `${new Date(now).toISOString().slice(0, 19)}Z`;
}

function volumeWarnings(
  volume: corev1.PersistentVolume,
  _old: corev1.PersistentVolume | undefined,
  context: StrategyContext,
): string[] {
  const recycled = context.emulated >= WARNS && volume.spec?.persistentVolumeReclaimPolicy === 'Recycle';
  const advice = 'Instead, the recommended approach is to use dynamic provisioning.';
  return [
    ...classWarnings(volume, context),
    ...(recycled ? [`spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. ${advice}`] : []),
  ];
}

/** persistentVolume declares PersistentVolume. */
export const persistentVolume = defineKind<corev1.PersistentVolume>({
  resource: PersistentVolumes,
  versions: [served('v1', 'PersistentVolume')],
  shortNames: ['pv'],
  dormant: {
    'spec.csi.nodeExpandSecretRef': 27,
    'spec.volumeAttributesClassName': 34,
    'status.lastPhaseTransitionTime': PHASE_TIMES,
  },
  defaults: defaultVolume,
  columns: defineColumns<corev1.PersistentVolume>([
    nameColumn,
    text('Capacity', ({ spec }) => spec?.capacity?.['storage'] ?? ''),
    text('Access Modes', ({ spec }) => accessModesText(spec?.accessModes)),
    text('Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''),
    text('Status', ({ metadata, status }) => (metadata?.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''))),
    text('Claim', ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '')),
    text('StorageClass', ({ metadata, spec }) => metadata?.annotations?.[BETA_CLASS] ?? spec?.storageClassName ?? ''),
    text('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>', { since: 29 }),
    text('Reason', ({ status }) => status?.reason ?? ''),
    ageColumn,
    wide('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>'),
  ]),
  strategy: specStrategy<corev1.PersistentVolume>({
    metadataChecks: { update: ['whole', 'whole'] },
    prepareForCreate(volume, context) {
      volume.status = { phase: 'Pending' };
      stampPhase(volume.status, context);
    },
    validate: (volume, release) => [...validateVolume(volume, release), ...validateMountOptions(volume)],
    validateUpdate: validateVolumeUpdate,
    warnings: volumeWarnings,
  }),
  subresources: {
    status: statusStrategy<corev1.PersistentVolume>({
      prepareForUpdate(volume, old, context) {
        if (volume.status && volume.status.phase !== old.status?.phase) stampPhase(volume.status, context);
      },
    }),
  },
});
