import type { corev1 } from '@navarch/api';
import { field, foundIn, isDNS1123Label, isDNS1123Subdomain, type FieldError, type Path } from '@navarch/apimachinery';
import { each, requireText, type Release } from '../../../shared/errors';
import { validateNoBacksteps } from '../pod/validation/paths';
import {
  COMMON_SOURCES,
  validateCSIDriverName,
  validateIscsiVolume,
  validateSecretName,
} from '../pod/validation/volume-sources';

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

const CSI_SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const;

/** VOLUME_SOURCES are the kinds of volumes with their checks, in the order of the messages. */
export const VOLUME_SOURCES: readonly (readonly [keyof corev1.PersistentVolumeSpec, Check])[] = [
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
      ...foundIn(CSI_SECRETS, name => validateCSISecret(spec.csi![name], name, path, release)),
    ],
  ],
];
