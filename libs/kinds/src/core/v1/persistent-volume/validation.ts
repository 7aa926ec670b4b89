import type { corev1 } from '@navarch/api';
import { field, isDNS1123Subdomain, Path, type FieldError } from '@navarch/apimachinery';
import { each, IMMUTABLE, oneOf, requireText, unsupportedStruct, type Release } from '../../../shared/errors';
import { semanticEqual } from '../../../shared/equal';
import { goQuantity } from '../../../shared/go-quantity';
import { validateNodeSelector } from '../pod/validation/node-selector';
import { validateNoBacksteps } from '../pod/validation/paths';
import { validateQuantity } from '../pod/validation/resources';
import { COMMON_SOURCES, validateCSIDriverName } from '../pod/validation/volume-sources';
import { validateAccessModes, VOLUME_MODES } from '../persistent-volume-claim/validation';

const SPEC = Path.at('spec');
type Check = (spec: corev1.PersistentVolumeSpec, path: Path) => FieldError[];

const common = (name: keyof typeof COMMON_SOURCES): readonly [keyof corev1.PersistentVolumeSpec, Check] => {
  const check = COMMON_SOURCES[name] as (source: unknown, path: Path) => FieldError[];
  return [name, (spec, path) => check(spec[name], path)];
};

/** SOURCES are the kinds of volumes, in the order of the messages. */
const SOURCES: readonly (readonly [keyof corev1.PersistentVolumeSpec, Check])[] = [
  common('hostPath'),
  common('gcePersistentDisk'),
  common('awsElasticBlockStore'),
  common('glusterfs'),
  common('flocker'),
  common('nfs'),
  common('rbd'),
  common('quobyte'),
  common('cephfs'),
  common('iscsi'),
  common('cinder'),
  common('fc'),
  common('flexVolume'),
  common('azureFile'),
  common('vsphereVolume'),
  common('photonPersistentDisk'),
  common('portworxVolume'),
  common('azureDisk'),
  common('scaleIO'),
  [
    'local',
    (spec, path) =>
      spec.local!.path
        ? validateNoBacksteps(spec.local!.path, path.child('path'))
        : [field.required(path.child('path'))],
  ],
  common('storageos'),
  [
    'csi',
    (spec, path) => [
      ...validateCSIDriverName(spec.csi!.driver, path.child('driver')),
      ...requireText(path.child('volumeHandle'), spec.csi!.volumeHandle),
    ],
  ],
];

/** validateVolume checks a PersistentVolume. */
export function validateVolume({ spec = {} }: corev1.PersistentVolume, release: Release): FieldError[] {
  const { accessModes = [], persistentVolumeReclaimPolicy: policy, nodeAffinity, storageClassName, volumeMode } = spec;
  const errors: FieldError[] = [];
  if (!accessModes.length) errors.push(field.required(SPEC.child('accessModes')));
  errors.push(
    ...validateAccessModes(accessModes, SPEC.child('accessModes'), release),
    ...validateCapacity(spec.capacity, release),
  );
  if (policy)
    errors.push(...oneOf(SPEC.child('persistentVolumeReclaimPolicy'), policy, ['Delete', 'Recycle', 'Retain']));
  if (nodeAffinity) {
    const at = SPEC.child('nodeAffinity', 'required');
    errors.push(
      ...(nodeAffinity.required
        ? validateNodeSelector(nodeAffinity.required, at)
        : [field.required(at, 'must specify required node constraints')]),
    );
  }
  const present = SOURCES.filter(([name]) => spec[name]);
  present.forEach(([name, check], i) => {
    const at = SPEC.child(name);
    errors.push(...(i ? [field.forbidden(at, 'may not specify more than 1 volume type')] : check(spec, at)));
  });
  if (!present.length) errors.push(field.required(SPEC, 'must specify a volume type'));
  if (spec.local && !nodeAffinity)
    errors.push(field.required(SPEC.child('nodeAffinity'), 'Local volume requires node affinity'));
  if (spec.hostPath && /^\/+$/.test(spec.hostPath.path ?? '') && policy === 'Recycle') {
    errors.push(
      field.forbidden(SPEC.child('persistentVolumeReclaimPolicy'), "may not be 'recycle' for a hostPath mount of '/'"),
    );
  }
  if (storageClassName)
    errors.push(...each(SPEC.child('storageClassName'), storageClassName, isDNS1123Subdomain(storageClassName)));
  if (volumeMode !== undefined) errors.push(...oneOf(SPEC.child('volumeMode'), volumeMode, VOLUME_MODES));
  return errors;
}

function validateCapacity(capacity: Readonly<Record<string, string>> | undefined, release: Release): FieldError[] {
  const path = SPEC.child('capacity');
  const names = Object.keys(capacity ?? {});
  const errors = names.length ? [] : [field.required(path)];
  if (names.length !== 1 || names[0] !== 'storage') {
    const items = names.sort().map(name => `${JSON.stringify(name)}:${goQuantity(capacity![name]!)}`);
    const go = capacity ? `core.ResourceList{${items.join(', ')}}` : 'core.ResourceList(nil)';
    errors.push(unsupportedStruct(path, capacity ?? null, go, ['storage'], release));
  }
  return [...errors, ...names.flatMap(name => validateQuantity(name, capacity![name]!, path.key(name), release))];
}

/** validateVolumeUpdate: what the volume is on, its mode and its place are fixed. */
export function validateVolumeUpdate(
  volume: corev1.PersistentVolume,
  old: corev1.PersistentVolume,
  release: Release,
): FieldError[] {
  const errors = validateVolume(volume, release);
  const { spec = {} } = volume;
  const { spec: before = {} } = old;
  if (SOURCES.some(([name]) => !semanticEqual(spec[name], before[name]))) {
    errors.push(
      field.forbidden(SPEC.child('persistentvolumesource'), 'spec.persistentvolumesource is immutable after creation'),
    );
  }
  if (spec.volumeMode !== before.volumeMode)
    errors.push(field.invalid(SPEC.child('volumeMode'), spec.volumeMode, IMMUTABLE));
  if (before.nodeAffinity && !semanticEqual(spec.nodeAffinity, before.nodeAffinity)) {
    errors.push(field.invalid(SPEC.child('nodeAffinity'), spec.nodeAffinity, IMMUTABLE));
  }
  return errors;
}
