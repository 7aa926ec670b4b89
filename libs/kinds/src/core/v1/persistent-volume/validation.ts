import type { corev1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import type { Minor } from '../../../kind';
import { changesText } from '../../../shared/changes';
import { IMMUTABLE, invalidStruct, type Release } from '../../../shared/errors';
import { semanticEqual } from '../../../shared/equal';
import { successorOf } from '../../../shared/node-labels';
import { hasOddValues } from '../pod/validation/node-selector';
import { VOLUME_SOURCES } from './sources';
import { validateVolumeSpec } from './spec';
import { goStruct } from '../../../shared/go-struct';

const SPEC = Path.at('spec');

/** validateVolume checks a PersistentVolume; `old` is what it was, whose oddities may stay. */
export function validateVolume(
  { metadata, spec = {} }: corev1.PersistentVolume,
  release: Release,
  old?: corev1.PersistentVolume,
): FieldError[] {
  const anyValues = hasOddValues(old?.spec?.nodeAffinity?.required);
  return validateVolumeSpec(spec, SPEC, release, { name: metadata?.name ?? '', anyValues });
}

const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options';
const MOUNTABLE = [
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'nfs',
  'rbd',
  'quobyte',
  'iscsi',
  'cinder',
  'cephfs',
  'azureFile',
  'vsphereVolume',
  'azureDisk',
  'photonPersistentDisk',
] as const;

/** validateMountOptions: the annotation is for kinds of volumes that are mounted with options. */
export function validateMountOptions({ metadata, spec = {} }: corev1.PersistentVolume): FieldError[] {
  if (metadata?.annotations?.[MOUNT_OPTIONS] === undefined || MOUNTABLE.some(name => spec[name])) return [];
  const at = Path.at('metadata', 'annotations', MOUNT_OPTIONS);
  return [field.forbidden(at, 'may not specify mount options for this volume type')];
}

/** validateVolumeAsNew looks at a change as at a new volume; what an old one may keep it may. */
export const validateVolumeAsNew = (
  volume: corev1.PersistentVolume,
  old: corev1.PersistentVolume,
  release: Release,
): FieldError[] => [...validateVolume(volume, release, old), ...validateMountOptions(volume)];

/** validateVolumeUpdate: what the volume is on, its mode and its place are fixed. */
export function validateVolumeUpdate(
  volume: corev1.PersistentVolume,
  old: corev1.PersistentVolume,
  release: Release,
): FieldError[] {
  const errors = validateVolume(volume, release, old);
  const { spec = {} } = volume;
  const { spec: before = {} } = old;
  const mayExpand = before.csi && !before.csi.controllerExpandSecretRef;
  const sources = (of: corev1.PersistentVolumeSpec) => ({
    ...Object.fromEntries(VOLUME_SOURCES.map(([name]) => [name, of[name]])),
    ...(mayExpand && of.csi && { csi: { ...of.csi, controllerExpandSecretRef: undefined } }),
  });
  if (!semanticEqual(sources(spec), sources(before))) {
    const changes = changesText(sources(spec), sources(before), 'spec');
    const detail = `spec.persistentvolumesource is immutable after creation\n${changes}`;
    errors.push(field.forbidden(SPEC.child('persistentvolumesource'), detail));
  }
  // These two stand without the spec that they are in.
  if (spec.volumeMode !== before.volumeMode)
    errors.push(field.invalid(Path.at('volumeMode'), spec.volumeMode, IMMUTABLE));
  if (before.nodeAffinity && !isSamePlace(spec.nodeAffinity, before.nodeAffinity, release)) {
    const go = spec.nodeAffinity ? goStruct('core.VolumeNodeAffinity', spec.nodeAffinity) : '"null"';
    errors.push(invalidStruct(Path.at('nodeAffinity'), go, IMMUTABLE));
  }
  return errors;
}

/** RENAMES is the first release whose volumes may follow node labels to their new names. */
const RENAMES: Minor = 25;

function isSamePlace(
  now: corev1.VolumeNodeAffinity | undefined,
  before: corev1.VolumeNodeAffinity,
  { emulated }: Release,
): boolean {
  return semanticEqual(now, emulated < RENAMES ? before : renamed(before, now));
}

/** renamed is a place by the new names of those labels that `now` calls by them. */
function renamed(
  place: corev1.VolumeNodeAffinity,
  now: corev1.VolumeNodeAffinity | undefined,
): corev1.VolumeNodeAffinity {
  const { required } = place;
  if (!required) return place;
  const nodeSelectorTerms = required.nodeSelectorTerms.map((term, i) => ({
    ...term,
    ...(term.matchExpressions && {
      matchExpressions: term.matchExpressions.map((expression, j) => {
        const key = now?.required?.nodeSelectorTerms?.[i]?.matchExpressions?.[j]?.key;
        return key !== undefined && key === successorOf(expression.key) ? { ...expression, key } : expression;
      }),
    }),
  }));
  return { ...place, required: { ...required, nodeSelectorTerms } };
}
