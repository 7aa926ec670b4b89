import { PersistentVolumes, type corev1 } from '@navarch/api';
import { defineKind, type Minor, type StrategyContext } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn, text, wide } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { accessModesText } from '../persistent-volume-claim/kind';
import { BETA_CLASS } from '../persistent-volume-claim/validation';
import { defaultSources } from '../pod/volume-defaults';
import { volumeWarnings } from './warnings';
import { validateMountOptions, validateVolume, validateVolumeAsNew, validateVolumeUpdate } from './validation';

/** pend: a volume whose status says nothing of a phase waits for its claim. In place. */
function pend(volume: corev1.PersistentVolume): void {
  volume.status ??= {};
  volume.status.phase ||= 'Pending';
}

function defaultVolume(volume: corev1.PersistentVolume): void {
  const spec = (volume.spec ??= {});
  spec.persistentVolumeReclaimPolicy ||= 'Retain';
  spec.volumeMode ??= 'Filesystem';
  defaultSources(spec);
  pend(volume);
}

/** PHASE_TIMES is the first release that records when the phase last changed. */
const PHASE_TIMES: Minor = 29;

const second = ({ now }: StrategyContext) => `${new Date(now).toISOString().slice(0, 19)}Z`;

/** keepPhaseTime: a phase that changes has a new time unless it comes with one, another keeps its time. In place. */
function keepPhaseTime(
  status: corev1.PersistentVolumeStatus,
  old: corev1.PersistentVolumeStatus,
  context: StrategyContext,
): void {
  if (context.emulated < PHASE_TIMES) return;
  const { lastPhaseTransitionTime: time } = status;
  const { lastPhaseTransitionTime: before } = old;
  if (status.phase !== old.phase) {
    if (time === undefined || time === before) status.lastPhaseTransitionTime = second(context);
  } else if (time === undefined && before !== undefined) status.lastPhaseTransitionTime = before;
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
    metadataChecks: { update: ['whole', validateVolumeAsNew, 'whole'] },
    prepareForCreate(volume, context) {
      if (context.emulated >= PHASE_TIMES) volume.status = { lastPhaseTransitionTime: second(context) };
    },
    canonicalize: pend,
    validate: (volume, release) => [...validateVolume(volume, release), ...validateMountOptions(volume)],
    validateUpdate: validateVolumeUpdate,
    warnings: volumeWarnings,
  }),
  subresources: {
    status: statusStrategy<corev1.PersistentVolume>({
      prepareForUpdate(volume, old, context) {
        if (volume.status) keepPhaseTime(volume.status, old.status ?? {}, context);
      },
    }),
  },
});
