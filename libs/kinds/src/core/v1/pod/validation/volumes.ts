import type { corev1 } from '@navarch/api';
import { field, isDNS1123Label, type FieldError, type Path } from '@navarch/apimachinery';
import { each, requireText, type Release } from '../../../../shared/errors';
import { validateClaimSpec } from '../../persistent-volume-claim/validation';
import { validateFieldRef, validateResourceFieldRef, VOLUME_FIELDS } from './downward-api';
import { validateMode, validateNonReservedPath } from './paths';
import { COMMON_SOURCES, validateCSIDriverName } from './volume-sources';

type Check = (volume: corev1.Volume, path: Path, release: Release) => FieldError[];

/** SOURCES are the checks of a pod's volume sources; the order is that of the messages. */
const SOURCES: readonly (readonly [name: keyof corev1.Volume, check: Check])[] = [
  ['emptyDir', () => []],
  common('hostPath'),
  ['gitRepo', (v, path) => requireText(path.child('repository'), v.gitRepo!.repository)],
  common('gcePersistentDisk'),
  common('awsElasticBlockStore'),
  [
    'secret',
    (v, path) => [...requireText(path.child('secretName'), v.secret!.secretName), ...validateFiles(v.secret!, path)],
  ],
  common('nfs'),
  common('iscsi'),
  common('glusterfs'),
  common('flocker'),
  ['persistentVolumeClaim', (v, path) => requireText(path.child('claimName'), v.persistentVolumeClaim!.claimName)],
  common('rbd'),
  common('cinder'),
  common('cephfs'),
  common('quobyte'),
  [
    'downwardAPI',
    (v, path) => [
      ...validateMode(v.downwardAPI!.defaultMode, path.child('defaultMode')),
      ...validateDownwardFiles(v.downwardAPI!.items, path),
    ],
  ],
  common('fc'),
  common('flexVolume'),
  [
    'configMap',
    (v, path) => [...requireText(path.child('name'), v.configMap!.name), ...validateFiles(v.configMap!, path)],
  ],
  common('azureFile'),
  common('vsphereVolume'),
  common('photonPersistentDisk'),
  common('portworxVolume'),
  common('azureDisk'),
  common('storageos'),
  ['projected', (v, path) => validateProjected(v.projected!, path)],
  common('scaleIO'),
  ['csi', (v, path) => validateCSIDriverName(v.csi!.driver, path.child('driver'))],
  ['ephemeral', (v, path, release) => validateEphemeral(v.ephemeral!, path, release)],
  ['image', (v, path) => requireText(path.child('reference'), v.image!.reference)],
];

function common<N extends keyof typeof COMMON_SOURCES>(name: N): readonly [N, Check] {
  const check = COMMON_SOURCES[name] as (source: unknown, path: Path) => FieldError[];
  return [name, (volume, path) => check(volume[name], path)];
}

/** validateVolumes checks a pod's volumes; `sound` gets those that mounts may name. */
export function validateVolumes(
  volumes: readonly corev1.Volume[] | undefined,
  sound: Map<string, corev1.Volume>,
  path: Path,
  release: Release,
): FieldError[] {
  const names = new Set<string>();
  return (volumes ?? []).flatMap((volume, i) => {
    const at = path.index(i);
    const errors = validateSource(volume, at, release);
    if (!volume.name) errors.push(field.required(at.child('name')));
    else errors.push(...each(at.child('name'), volume.name, isDNS1123Label(volume.name)));
    if (names.has(volume.name)) errors.push(field.duplicate(at.child('name'), volume.name));
    if (errors.length === 0) {
      names.add(volume.name);
      sound.set(volume.name, volume);
    }
    return errors;
  });
}

function validateSource(volume: corev1.Volume, path: Path, release: Release): FieldError[] {
  const present = SOURCES.filter(([name]) => volume[name]);
  if (present.length === 0) return [field.required(path, 'must specify a volume type')];
  return present.flatMap(([name, check], i) =>
    i
      ? [field.forbidden(path.child(name), 'may not specify more than 1 volume type')]
      : check(volume, path.child(name), release),
  );
}

function validateFiles(
  { defaultMode, items }: { defaultMode?: number; items?: corev1.KeyToPath[] },
  path: Path,
): FieldError[] {
  return [...validateMode(defaultMode, path.child('defaultMode')), ...validateItems(items, path.child('items'))];
}

function validateItems(items: readonly corev1.KeyToPath[] | undefined, path: Path): FieldError[] {
  return (items ?? []).flatMap(({ key, path: file, mode }, i) => {
    const at = path.index(i);
    return [
      ...requireText(at.child('key'), key),
      ...requireText(at.child('path'), file),
      ...validateNonReservedPath(file ?? '', at.child('path')),
      ...validateMode(mode, at.child('mode')),
    ];
  });
}

function validateDownwardFiles(items: readonly corev1.DownwardAPIVolumeFile[] | undefined, path: Path): FieldError[] {
  return (items ?? []).flatMap(file => {
    const errors = [
      ...requireText(path.child('path'), file.path),
      ...validateNonReservedPath(file.path ?? '', path.child('path')),
    ];
    if (file.fieldRef) {
      errors.push(...validateFieldRef(file.fieldRef, VOLUME_FIELDS, path.child('fieldRef')));
      if (file.resourceFieldRef) {
        errors.push(
          field.invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'),
        );
      }
    } else if (file.resourceFieldRef) {
      errors.push(...validateResourceFieldRef(file.resourceFieldRef, path.child('resourceFieldRef'), true));
    } else {
      errors.push(field.required(path, 'one of fieldRef and resourceFieldRef is required'));
    }
    return [...errors, ...validateMode(file.mode, path.child('mode'))];
  });
}

function validateProjected(projected: corev1.ProjectedVolumeSource, path: Path): FieldError[] {
  const errors = validateMode(projected.defaultMode, path.child('defaultMode'));
  (projected.sources ?? []).forEach((source, i) => {
    const at = path.child('sources').index(i);
    const present = (
      ['secret', 'configMap', 'downwardAPI', 'serviceAccountToken', 'clusterTrustBundle'] as const
    ).filter(name => source[name]);
    present.forEach((name, n) => {
      if (n) errors.push(field.forbidden(at, 'may not specify more than 1 volume type'));
      else errors.push(...validateProjection(source, name, at.child(name)));
    });
  });
  return errors;
}

function validateProjection(
  source: corev1.VolumeProjection,
  name: 'secret' | 'configMap' | 'downwardAPI' | 'serviceAccountToken' | 'clusterTrustBundle',
  path: Path,
): FieldError[] {
  switch (name) {
    case 'secret':
    case 'configMap':
      return [
        ...requireText(path.child('name'), source[name]!.name),
        ...validateItems(source[name]!.items, path.child('items')),
      ];
    case 'downwardAPI':
      return validateDownwardFiles(source.downwardAPI!.items, path);
    case 'clusterTrustBundle':
      return requireText(path.child('path'), source.clusterTrustBundle!.path);
    case 'serviceAccountToken': {
      const { expirationSeconds = 3600, path: file } = source.serviceAccountToken!;
      const at = path.child('expirationSeconds');
      return [
        ...(expirationSeconds < 600
          ? [field.invalid(at, expirationSeconds, 'may not specify a duration less than 10 minutes')]
          : []),
        ...(expirationSeconds > 2 ** 32
          ? [field.invalid(at, expirationSeconds, 'may not specify a duration larger than 2^32 seconds')]
          : []),
        ...(file ? validateNonReservedPath(file, path.child('path')) : [field.required(path.child('path'))]),
      ];
    }
  }
}

function validateEphemeral(source: corev1.EphemeralVolumeSource, path: Path, release: Release): FieldError[] {
  const at = path.child('volumeClaimTemplate');
  return source.volumeClaimTemplate
    ? validateClaimSpec(source.volumeClaimTemplate.spec, at.child('spec'), release)
    : [field.required(at)];
}
