import type { corev1 } from '@navarch/api';
import { field, isDNS1123Label, isDNS1123Subdomain, parseQuantity, Path, type FieldError } from '@navarch/apimachinery';
import {
  each,
  IMMUTABLE,
  invalidStruct,
  oneOf,
  requireText,
  unsupportedStruct,
  type Release,
} from '../../../shared/errors';
import { semanticEqual } from '../../../shared/equal';
import { goQuantity } from '../../../shared/go-quantity';
import { goPointer } from '../../../shared/go-syntax';
import { validateNodeSelector } from '../pod/validation/node-selector';
import { validateNoBacksteps } from '../pod/validation/paths';
import {
  COMMON_SOURCES,
  sourcePath,
  validateCSIDriverName,
  validateIscsiVolume,
  validateSecretName,
} from '../pod/validation/volume-sources';
import { validateAccessModes, VOLUME_MODES } from '../persistent-volume-claim/validation';

const SPEC = Path.at('spec');
type Check = (spec: corev1.PersistentVolumeSpec, path: Path, release: Release, name: string) => FieldError[];

const common = (name: keyof typeof COMMON_SOURCES): readonly [keyof corev1.PersistentVolumeSpec, Check] => {
  const check = COMMON_SOURCES[name] as (source: unknown, path: Path, release: Release) => FieldError[];
  return [name, (spec, path, release) => check(spec[name], path, release)];
};

/** and adds to a common source what only volumes of the cluster have. */
const and = ([name, check]: ReturnType<typeof common>, more: Check): ReturnType<typeof common> => [
  name,
  (spec, path, release, volume) => [...check(spec, path, release, volume), ...more(spec, path, release, volume)],
];

const secretOf =
  (name: 'cinder' | 'storageos'): Check =>
  (spec, path) =>
    validateSecretName(spec[name]!.secretRef, path.child('secretRef'), true);

const validateEndpointsNamespace: Check = ({ glusterfs }, path, release) => {
  const namespace = glusterfs!.endpointsNamespace;
  const at = path.child('endpointsNamespace');
  if (namespace === undefined) return [];
  if (!namespace)
    return [field.invalid(at, namespace, 'if the endpointnamespace is set, it must be a valid namespace name')];
  return each(at, namespace, isDNS1123Label(namespace, release));
};

/** LABELS_AS_SECRETS is the last release that wants the names of these secrets to be labels, and places them at the source. */
const LABELS_AS_SECRETS = 22;

function validateCSISecret(
  secret: corev1.SecretReference | undefined,
  name: string,
  path: Path,
  { emulated }: Release,
): FieldError[] {
  if (!secret) return [];
  const old = emulated <= LABELS_AS_SECRETS;
  // Those messages spell one reference with a space.
  const at = path.child(old && name === 'nodePublishSecretRef' ? `${name} ` : name);
  const check = (part: 'name' | 'namespace', rule: (text: string) => string[]) => {
    const text = secret[part];
    return text ? each((old ? path : at).child(part), text, rule(text)) : [field.required(at.child(part))];
  };
  return [...check('name', old ? isDNS1123Label : isDNS1123Subdomain), ...check('namespace', isDNS1123Label)];
}

/** SOURCES are the kinds of volumes, in the order of the messages. */
const SOURCES: readonly (readonly [keyof corev1.PersistentVolumeSpec, Check])[] = [
  common('hostPath'),
  common('gcePersistentDisk'),
  common('awsElasticBlockStore'),
  and(common('glusterfs'), validateEndpointsNamespace),
  common('flocker'),
  common('nfs'),
  common('rbd'),
  common('quobyte'),
  common('cephfs'),
  ['iscsi', (spec, path, release, volume) => validateIscsiVolume(spec.iscsi!, volume, path, release)],
  and(common('cinder'), secretOf('cinder')),
  common('fc'),
  common('flexVolume'),
  and(common('azureFile'), ({ azureFile }, path) =>
    azureFile!.secretNamespace === '' ? [field.required(path.child('secretNamespace'))] : [],
  ),
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
  and(common('storageos'), secretOf('storageos')),
  [
    'csi',
    (spec, path, release) => [
      ...validateCSIDriverName(spec.csi!.driver, path.child('driver'), release),
      ...requireText(path.child('volumeHandle'), spec.csi!.volumeHandle),
      ...(['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef'] as const).flatMap(name =>
        validateCSISecret(spec.csi![name], name, path, release),
      ),
    ],
  ],
];

/** validateVolume checks a PersistentVolume. */
export function validateVolume({ metadata, spec = {} }: corev1.PersistentVolume, release: Release): FieldError[] {
  const { accessModes = [], persistentVolumeReclaimPolicy: policy, nodeAffinity, storageClassName, volumeMode } = spec;
  const errors: FieldError[] = [];
  if (!accessModes.length) errors.push(field.required(SPEC.child('accessModes')));
  errors.push(
    ...validateAccessModes(accessModes, SPEC.child('accessModes'), release),
    ...validateCapacity(spec.capacity),
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
    // A flexible volume was forgotten where there is one already.
    errors.push(
      ...(i && name !== 'flexVolume'
        ? [field.forbidden(SPEC.child(name), 'may not specify more than 1 volume type')]
        : check(spec, sourcePath(SPEC, name), release, metadata?.name ?? '')),
    );
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

function validateCapacity(capacity: Readonly<Record<string, string>> | undefined): FieldError[] {
  const path = SPEC.child('capacity');
  const names = Object.keys(capacity ?? {});
  const errors = names.length ? [] : [field.required(path)];
  if (names.length !== 1 || names[0] !== 'storage') {
    const items = names.sort().map(name => `${JSON.stringify(name)}:${goQuantity(capacity![name]!)}`);
    const go = capacity ? `core.ResourceList{${items.join(', ')}}` : 'core.ResourceList(nil)';
    errors.push(unsupportedStruct(path, go, ['storage']));
  }
  return [...errors, ...names.flatMap(name => validateAmount(capacity![name]!, path.key(name)))];
}

function validateAmount(text: string, path: Path): FieldError[] {
  const quantity = parseQuantity(text);
  const errors: FieldError[] = [];
  if (quantity.value() < 0n)
    errors.push(field.invalid(path, Number(quantity.value()), 'must be a valid resource quantity'));
  if (quantity.sign() <= 0) errors.push(field.invalid(path, quantity.toString(), 'must be greater than zero'));
  return errors;
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

/** validateVolumeUpdate: what the volume is on, its mode and its place are fixed. */
export function validateVolumeUpdate(
  volume: corev1.PersistentVolume,
  old: corev1.PersistentVolume,
  release: Release,
): FieldError[] {
  const whole = validateVolume(volume, release);
  const errors = [...whole, ...validateMountOptions(volume), ...whole];
  const { spec = {} } = volume;
  const { spec: before = {} } = old;
  const mayExpand = before.csi && !before.csi.controllerExpandSecretRef;
  const sources = (of: corev1.PersistentVolumeSpec) => ({
    ...Object.fromEntries(SOURCES.map(([name]) => [name, of[name]])),
    ...(mayExpand && of.csi && { csi: { ...of.csi, controllerExpandSecretRef: undefined } }),
  });
  if (!semanticEqual(sources(spec), sources(before))) {
    errors.push(
      field.forbidden(SPEC.child('persistentvolumesource'), 'spec.persistentvolumesource is immutable after creation'),
    );
  }
  // These two stand without the spec that they are in.
  if (spec.volumeMode !== before.volumeMode)
    errors.push(field.invalid(Path.at('volumeMode'), spec.volumeMode, IMMUTABLE));
  if (before.nodeAffinity && !semanticEqual(spec.nodeAffinity, before.nodeAffinity)) {
    const go = spec.nodeAffinity
      ? `core.VolumeNodeAffinity{Required:${goPointer('core.NodeSelector', spec.nodeAffinity.required)}}`
      : '"null"';
    errors.push(invalidStruct(Path.at('nodeAffinity'), go, IMMUTABLE));
  }
  return errors;
}
