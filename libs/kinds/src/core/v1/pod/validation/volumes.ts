import type { corev1 } from '@navarch/api';
import {
  field,
  foundIn,
  isDNS1123Label,
  isDNS1123Subdomain,
  parseQuantity,
  type FieldError,
  type Path,
} from '@navarch/apimachinery';
import { each, requireText, type Release } from '../../../../shared/errors';
import { validateClaimSpec } from '../../persistent-volume-claim/validation';
import { validateFieldRef, validateResourceFieldRef, VOLUME_FIELDS } from './downward-api';
import { validateDescendingPath, validateMode, validateNonReservedPath } from './paths';
import {
  COMMON_SOURCES,
  sourcePath,
  validateCSIDriverName,
  validateIscsiName,
  validateSecretName,
} from './volume-sources';

type Check = (volume: corev1.Volume, path: Path, release: Release) => FieldError[];

/** SOURCES are the checks of a pod's volume sources; the order is that of the messages. */
const SOURCES: readonly (readonly [name: keyof corev1.Volume, check: Check])[] = [
  ['emptyDir', (v, path) => validateSizeLimit(v.emptyDir!.sizeLimit, path.child('sizeLimit'))],
  common('hostPath'),
  [
    'gitRepo',
    (v, path) => [
      ...requireText(path.child('repository'), v.gitRepo!.repository),
      ...validateDescendingPath(v.gitRepo!.directory ?? '', path.child('directory')),
    ],
  ],
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
    (v, path, release) => [
      ...validateMode(v.downwardAPI!.defaultMode, path.child('defaultMode')),
      ...foundIn(v.downwardAPI!.items, file => validateDownwardFile(file, path, release)),
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
  ['projected', (v, path, release) => validateProjected(v.projected!, path, release)],
  common('scaleIO'),
  [
    'csi',
    (v, path, release) => [
      ...validateCSIDriverName(v.csi!.driver, path.child('driver'), release),
      ...validatePublishSecret(v.csi!.nodePublishSecretRef, path),
    ],
  ],
  ['ephemeral', (v, path, release) => validateEphemeral(v.ephemeral!, path, release)],
  ['image', (v, path) => requireText(path.child('reference'), v.image!.reference)],
];

/** Messages spell the reference with a space, and place a malformed name outside of it. */
function validatePublishSecret(secret: corev1.LocalObjectReference | undefined, path: Path): FieldError[] {
  if (!secret) return [];
  return secret.name
    ? each(path.child('name'), secret.name, isDNS1123Subdomain(secret.name))
    : [field.required(path.child('nodePublishSecretRef ', 'name'))];
}

function common<N extends keyof typeof COMMON_SOURCES>(name: N): readonly [N, Check] {
  const check = COMMON_SOURCES[name] as (source: unknown, path: Path, release: Release) => FieldError[];
  return [
    name,
    (volume, path, release) => [
      ...check(volume[name], path, release),
      ...(name === 'cinder' || name === 'storageos'
        ? validateSecretName((volume.cinder ?? volume.storageos)?.secretRef, path.child('secretRef'))
        : []),
    ],
  ];
}

/** validateVolumes checks a pod's volumes; `sound` gets those that mounts may name. */
export function validateVolumes(
  volumes: readonly corev1.Volume[] | undefined,
  sound: Map<string, corev1.Volume>,
  path: Path,
  release: Release,
): FieldError[] {
  const names = new Set<string>();
  return foundIn(volumes, (volume, i) => {
    const at = path.index(i);
    const errors = [...validateSource(volume, at, release), ...validateIscsiName(volume, at)];
    if (!volume.name) errors.push(field.required(at.child('name')));
    else errors.push(...each(at.child('name'), volume.name, isDNS1123Label(volume.name, release)));
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
  return foundIn(present, ([name, check], i) =>
    i
      ? [field.forbidden(path.child(name), 'may not specify more than 1 volume type')]
      : check(volume, sourcePath(path, name), release),
  );
}

function validateFiles(
  { defaultMode, items }: { defaultMode?: number; items?: corev1.KeyToPath[] },
  path: Path,
): FieldError[] {
  return [...validateMode(defaultMode, path.child('defaultMode')), ...validateItems(items, path.child('items'))];
}

function validateItems(items: readonly corev1.KeyToPath[] | undefined, path: Path): FieldError[] {
  return foundIn(items, (item, i) => validateItem(item, path.index(i)));
}

function validateItem({ key, path: file, mode }: corev1.KeyToPath, path: Path): FieldError[] {
  return [
    ...requireText(path.child('key'), key),
    ...requireText(path.child('path'), file),
    ...validateNonReservedPath(file ?? '', path.child('path')),
    ...validateMode(mode, path.child('mode')),
  ];
}

function validateSizeLimit(limit: string | undefined, path: Path): FieldError[] {
  if (limit === undefined || parseQuantity(limit).sign() >= 0) return [];
  return [field.forbidden(path, 'SizeLimit field must be a valid resource quantity')];
}

/** Messages name the list of files, not the one that is wrong. */
function validateDownwardFile(file: corev1.DownwardAPIVolumeFile, path: Path, release: Release): FieldError[] {
  const errors = [
    ...requireText(path.child('path'), file.path),
    ...validateNonReservedPath(file.path ?? '', path.child('path')),
  ];
  if (file.fieldRef) {
    errors.push(...validateFieldRef(file.fieldRef, VOLUME_FIELDS, path.child('fieldRef')));
    if (file.resourceFieldRef) {
      errors.push(field.invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    }
  } else if (file.resourceFieldRef) {
    errors.push(...validateResourceFieldRef(file.resourceFieldRef, path.child('resourceFieldRef'), true, release));
  } else {
    errors.push(field.required(path, 'one of fieldRef and resourceFieldRef is required'));
  }
  return [...errors, ...validateMode(file.mode, path.child('mode'))];
}

const PROJECTIONS = ['secret', 'configMap', 'downwardAPI', 'serviceAccountToken', 'clusterTrustBundle'] as const;

function validateProjected(projected: corev1.ProjectedVolumeSource, path: Path, release: Release): FieldError[] {
  const errors = validateMode(projected.defaultMode, path.child('defaultMode'));
  const files = new Set<string>();
  const once = (file: string | undefined, shown: string | undefined) => {
    if (!file) return [];
    if (files.has(file)) return [field.invalid(path, shown ?? '', 'conflicting duplicate paths')];
    files.add(file);
    return [];
  };
  (projected.sources ?? []).forEach((source, i) => {
    const at = path.child('sources').index(i);
    const present = PROJECTIONS.filter(name => source[name]);
    for (const name of present) errors.push(...validateProjection(source, name, at.child(name), path, once, release));
    if (present.length > 1) errors.push(field.forbidden(at, 'may not specify more than 1 volume type'));
  });
  return errors;
}

/** Once complains about a file that another source has written already; `shown` is what messages call it. */
type Once = (file: string | undefined, shown: string | undefined) => FieldError[];

function validateProjection(
  source: corev1.VolumeProjection,
  name: (typeof PROJECTIONS)[number],
  path: Path,
  volume: Path,
  once: Once,
  release: Release,
): FieldError[] {
  switch (name) {
    case 'secret':
    case 'configMap': {
      const { name: from, items = [] } = source[name]!;
      return [
        ...requireText(path.child('name'), from),
        ...foundIn(items, (item, i) => [...validateItem(item, path.child('items').index(i)), ...once(item.path, from)]),
      ];
    }
    case 'downwardAPI':
      return foundIn(source.downwardAPI!.items, file => [
        ...validateDownwardFile(file, path, release),
        ...once(file.path, file.path),
      ]);
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
        ...validateTokenPath(file, volume, release),
      ];
    }
  }
}

/** LAX_TOKENS is the last release that takes any path for a token. */
const LAX_TOKENS = 20;

/** Messages place the path at the volume. */
function validateTokenPath(file: string | undefined, volume: Path, { emulated }: Release): FieldError[] {
  const at = volume.child('path');
  if (!file) return [field.required(at)];
  return emulated <= LAX_TOKENS ? [] : validateNonReservedPath(file, at);
}

function validateEphemeral(source: corev1.EphemeralVolumeSource, path: Path, release: Release): FieldError[] {
  const at = path.child('volumeClaimTemplate');
  return source.volumeClaimTemplate
    ? validateClaimSpec(source.volumeClaimTemplate.spec, at.child('spec'), release)
    : [field.required(at)];
}
