import type { corev1 } from '@navarch/api';
import {
  field,
  foundIn,
  inclusiveRange,
  isDNS1123Label,
  isDNS1123Subdomain,
  type FieldError,
  type Path,
} from '@navarch/apimachinery';
import { each, invalidStruct, oneOf, requireText, type Release } from '../../../../shared/errors';
import { goStrings } from '../../../../shared/go-syntax';
import { validateNoBacksteps } from './paths';

// Checks of the volume sources that pods and persistent volumes share. Pods and volumes declare some of them differently
// (secret references with or without namespace); only the common fields are looked at here.

type Check<S> = (source: S, path: Path, release: Release) => FieldError[];
type Both<N extends keyof corev1.Volume & keyof corev1.PersistentVolumeSpec> =
  NonNullable<corev1.Volume[N]> | NonNullable<corev1.PersistentVolumeSpec[N]>;

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

const hostPath: Check<Both<'hostPath'>> = (s, path) => {
  if (!s.path) return [field.required(path.child('path'))];
  return [...validateNoBacksteps(s.path, path.child('path')), ...oneOf(path.child('type'), s.type, HOST_PATH_TYPES)];
};

const unit = (value: number | undefined, path: Path) =>
  value !== undefined && (value < 0 || value > 255) ? [field.invalid(path, value, inclusiveRange(0, 255))] : [];

/** 0 stands for the whole disk, which messages leave out. */
const partition = (value: number | undefined, path: Path) =>
  value !== undefined && (value < 0 || value > 255) ? [field.invalid(path, value, inclusiveRange(1, 255))] : [];

const nfs: Check<Both<'nfs'>> = (s, path) => [
  ...requireText(path.child('server'), s.server),
  ...requireText(path.child('path'), s.path),
  ...(s.path?.startsWith('/') ? [] : [field.invalid(path.child('path'), s.path ?? '', 'must be an absolute path')]),
];

/** INITIATORS are the forms of iSCSI names, by what they begin with. */
const INITIATORS: readonly (readonly [prefix: string, form: RegExp])[] = [
  ['iqn', /iqn\.\d{4}-\d{2}\.([A-Za-z0-9-.]+)(:[^,;*&$|\s]+)$/],
  ['eui', /^eui.[A-Za-z0-9]{16}$/],
  ['naa', /^naa.[A-Za-z0-9]{32}$/],
];

function validateInitiator(name: string, path: Path, unknown: string): FieldError[] {
  const form = INITIATORS.find(([prefix]) => name.startsWith(prefix))?.[1];
  if (!form) return [field.invalid(path, name, unknown)];
  return form.test(name) ? [] : [field.invalid(path, name, MALFORMED)];
}

const MALFORMED = 'must be valid format';

/** iscsi makes the check of an iSCSI disk; `unknown` is what is said of a name in none of the forms. */
const iscsi =
  (unknown: string): Check<Both<'iscsi'>> =>
  (s, path) => [
    ...requireText(path.child('targetPortal'), s.targetPortal),
    ...(s.iqn ? validateInitiator(s.iqn, path.child('iqn'), unknown) : [field.required(path.child('iqn'))]),
    ...unit(s.lun, path.child('lun')),
    ...((s.chapAuthDiscovery || s.chapAuthSession) && !s.secretRef ? [field.required(path.child('secretRef'))] : []),
    ...(s.initiatorName === undefined ? [] : validateInitiator(s.initiatorName, path.child('initiatorname'), unknown)),
  ];

/** validateIscsiVolume checks an iSCSI disk of a PersistentVolume of that name, in other words than one of a pod. */
export function validateIscsiVolume(
  source: NonNullable<corev1.PersistentVolumeSpec['iscsi']>,
  volume: string,
  path: Path,
  release: Release,
): FieldError[] {
  const { initiatorName, secretRef, targetPortal = '' } = source;
  return [
    ...(targetPortal ? [] : [field.required(path.child('targetPortal'))]),
    ...(initiatorName !== undefined && isTooLong(volume, targetPortal)
      ? [field.invalid(path.child('targetportal'), targetPortal, LONG_PORTAL)]
      : []),
    ...iscsi(MALFORMED)({ ...source, targetPortal: 'checked' }, path, release),
    ...(secretRef && !secretRef.name ? [field.required(path.child('secretRef', 'name'))] : []),
  ];
}

const LONG_PORTAL =
  'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
const isTooLong = (volume: string, portal: string) => Buffer.byteLength(`${volume}:${portal}`) > 64;

/** validateIscsiName: the name of a pod's volume and the portal make up one name on the node. */
export function validateIscsiName({ name = '', iscsi: disk }: corev1.Volume, path: Path): FieldError[] {
  return disk?.initiatorName !== undefined && isTooLong(name, disk.targetPortal ?? '')
    ? [field.invalid(path.child('name'), name, LONG_PORTAL)]
    : [];
}

const fc: Check<Both<'fc'>> = (s, path) => {
  const { targetWWNs: names = [], wwids = [] } = s;
  const at = path.child('targetWWNs');
  const errors: FieldError[] = [];
  if (!names.length && !wwids.length)
    errors.push(field.required(at, 'must specify either targetWWNs or wwids, but not both'));
  if (names.length && wwids.length) {
    const detail = 'targetWWNs and wwids can not be specified simultaneously';
    errors.push(invalidStruct(at, goStrings(names), detail));
  }
  if (!names.length) return errors;
  if (s.lun === undefined)
    return [...errors, field.required(path.child('lun'), 'lun is required if targetWWNs is specified')];
  return [...errors, ...unit(s.lun, path.child('lun'))];
};

const flocker: Check<Both<'flocker'>> = ({ datasetName = '', datasetUUID }, path) => {
  const errors: FieldError[] = [];
  if (!datasetName && !datasetUUID) errors.push(field.required(path, 'one of datasetName and datasetUUID is required'));
  if (datasetName && datasetUUID)
    errors.push(field.invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  if (datasetName.includes('/'))
    errors.push(field.invalid(path.child('datasetName'), datasetName, "must not contain '/'"));
  return errors;
};

const quobyte: Check<Both<'quobyte'>> = ({ registry, tenant = '', volume }, path) => {
  const at = path.child('registry');
  const form = 'must be a host:port pair or multiple pairs separated by commas';
  const errors: FieldError[] = [];
  if (!registry) errors.push(field.required(at, form));
  else if (tenant.length >= 65)
    errors.push(field.required(path.child('tenant'), 'must be a UUID and may not exceed a length of 64 characters'));
  else
    for (const pair of registry.split(','))
      if (!/^([^:[\]]*|\[[^[\]]*\]):[^:]*$/.test(pair)) errors.push(field.invalid(at, registry, form));
  return [...errors, ...requireText(path.child('volume'), volume)];
};

const flexVolume: Check<Both<'flexVolume'>> = ({ driver, options }, path) => [
  ...requireText(path.child('driver'), driver),
  ...foundIn(Object.keys(options ?? {}), key => {
    const domain = `.${key.split('/')[0]!.toLowerCase()}`;
    return domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io')
      ? [field.invalid(path.child('options').key(key), key, 'kubernetes.io and k8s.io namespaces are reserved')]
      : [];
  }),
];

const storageos: Check<Both<'storageos'>> = ({ volumeName, volumeNamespace }, path, release) => [
  ...(volumeName
    ? each(path.child('volumeName'), volumeName, isDNS1123Label(volumeName, release))
    : [field.required(path.child('volumeName'))]),
  ...(volumeNamespace
    ? each(path.child('volumeNamespace'), volumeNamespace, isDNS1123Label(volumeNamespace, release))
    : []),
];

/** validateSecretName: a reference to a secret, where there is one, has to name it; `namespaced`: and its namespace. */
export function validateSecretName(
  secret: { readonly name?: string; readonly namespace?: string } | undefined,
  path: Path,
  namespaced = false,
): FieldError[] {
  if (!secret) return [];
  return [
    ...requireText(path.child('name'), secret.name),
    ...(namespaced ? requireText(path.child('namespace'), secret.namespace) : []),
  ];
}

const DISK_URIS = {
  Managed: '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}',
  blob: 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd',
} as const;

const azureDisk: Check<Both<'azureDisk'>> = (s, path) => {
  const errors = [...requireText(path.child('diskName'), s.diskName), ...requireText(path.child('diskURI'), s.diskURI)];
  if (s.cachingMode !== undefined)
    errors.push(...oneOf(path.child('cachingMode'), s.cachingMode, ['None', 'ReadOnly', 'ReadWrite']));
  if (s.kind === undefined) return errors;
  errors.push(...oneOf(path.child('kind'), s.kind, ['Dedicated', 'Managed', 'Shared']));
  const [start, form] = s.kind === 'Managed' ? ['/subscriptions/', DISK_URIS.Managed] : ['https://', DISK_URIS.blob];
  if (!s.diskURI?.startsWith(start)) errors.push(field.notSupported(path.child('diskURI'), s.diskURI ?? '', [form]));
  return errors;
};

/** validateCSIDriverName checks the name of a CSI driver. */
export function validateCSIDriverName(name: string | undefined, path: Path, { emulated }: Release): FieldError[] {
  const text = name ?? '';
  const errors = requireText(path, text);
  if (text.length > 63) errors.push(field.tooLong(path, 63, emulated));
  return [...errors, ...each(path, text, isDNS1123Subdomain(text.toLowerCase()))];
}

/** sourcePath is where messages place a source: one has kept the name of its beginnings. */
export const sourcePath = (volume: Path, name: string): Path =>
  volume.child(name === 'gcePersistentDisk' ? 'persistentDisk' : name);

/** COMMON_SOURCES are the checks by the name of the source. */
export const COMMON_SOURCES = {
  hostPath,
  gcePersistentDisk: ((s, path) => [
    ...requireText(path.child('pdName'), s.pdName),
    ...partition(s.partition, path.child('partition')),
  ]) as Check<Both<'gcePersistentDisk'>>,
  awsElasticBlockStore: ((s, path) => [
    ...requireText(path.child('volumeID'), s.volumeID),
    ...partition(s.partition, path.child('partition')),
  ]) as Check<Both<'awsElasticBlockStore'>>,
  nfs,
  iscsi: iscsi(`${MALFORMED} starting with iqn, eui, or naa`),
  glusterfs: ((s, path) => [
    ...requireText(path.child('endpoints'), s.endpoints),
    ...requireText(path.child('path'), s.path),
  ]) as Check<Both<'glusterfs'>>,
  flocker,
  rbd: ((s, path) => [
    ...(s.monitors?.length ? [] : [field.required(path.child('monitors'))]),
    ...requireText(path.child('image'), s.image),
  ]) as Check<Both<'rbd'>>,
  cinder: ((s, path) => requireText(path.child('volumeID'), s.volumeID)) as Check<Both<'cinder'>>,
  cephfs: ((s, path) => (s.monitors?.length ? [] : [field.required(path.child('monitors'))])) as Check<Both<'cephfs'>>,
  quobyte,
  fc,
  flexVolume,
  vsphereVolume: ((s, path) => requireText(path.child('volumePath'), s.volumePath)) as Check<Both<'vsphereVolume'>>,
  photonPersistentDisk: ((s, path) => requireText(path.child('pdID'), s.pdID)) as Check<Both<'photonPersistentDisk'>>,
  portworxVolume: ((s, path) => requireText(path.child('volumeID'), s.volumeID)) as Check<Both<'portworxVolume'>>,
  azureDisk,
  azureFile: ((s, path) => [
    ...requireText(path.child('secretName'), s.secretName),
    ...requireText(path.child('shareName'), s.shareName),
  ]) as Check<Both<'azureFile'>>,
  scaleIO: ((s, path) => [
    ...requireText(path.child('gateway'), s.gateway),
    ...requireText(path.child('system'), s.system),
    ...requireText(path.child('volumeName'), s.volumeName),
  ]) as Check<Both<'scaleIO'>>,
  storageos,
} as const;
