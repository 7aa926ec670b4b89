import type { corev1 } from '@navarch/api';
import { field, isDNS1123Subdomain, type FieldError, type Path } from '@navarch/apimachinery';
import { each, oneOf, requireText } from '../../../../shared/errors';
import { validateNoBacksteps } from './paths';

// Checks of the volume sources that pods and persistent volumes share. Pods and volumes declare some of them differently
// (secret references with or without namespace); only the common fields are looked at here.

type Check<S> = (source: S, path: Path) => FieldError[];
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

const partition = (value: number | undefined, path: Path) =>
  value !== undefined && (value < 0 || value > 255)
    ? [field.invalid(path, value, 'must be between 0 and 255, inclusive')]
    : [];

const nfs: Check<Both<'nfs'>> = (s, path) => [
  ...requireText(path.child('server'), s.server),
  ...requireText(path.child('path'), s.path),
  ...(s.path?.startsWith('/') ? [] : [field.invalid(path.child('path'), s.path ?? '', 'must be an absolute path')]),
];

const iscsi: Check<Both<'iscsi'>> = (s, path) => {
  const errors = requireText(path.child('targetPortal'), s.targetPortal);
  if (!s.iqn) errors.push(field.required(path.child('iqn')));
  else if (!/^(iqn|eui|naa)/.test(s.iqn)) {
    errors.push(field.invalid(path.child('iqn'), s.iqn, 'must be valid format starting with iqn, eui, or naa'));
  } else if (s.iqn.startsWith('iqn') && !/^iqn\.\d{4}-\d{2}\.([A-Za-z0-9-_.]+)(:.+)?$/.test(s.iqn)) {
    errors.push(field.invalid(path.child('iqn'), s.iqn, 'must be valid format'));
  }
  if (s.lun < 0 || s.lun > 255)
    errors.push(field.invalid(path.child('lun'), s.lun, 'must be between 0 and 255, inclusive'));
  if ((s.chapAuthDiscovery || s.chapAuthSession) && !s.secretRef) errors.push(field.required(path.child('secretRef')));
  return errors;
};

const fc: Check<Both<'fc'>> = (s, path) => {
  const wwns = s.targetWWNs?.length ?? 0;
  const wwids = s.wwids?.length ?? 0;
  if (!wwns && !wwids) {
    return [field.required(path.child('targetWWNs'), 'must specify either targetWWNs or wwids, but not both')];
  }
  if (wwns && wwids) {
    return [
      field.invalid(path.child('targetWWNs'), s.targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'),
    ];
  }
  if (!wwns) return [];
  if (s.lun === undefined) return [field.required(path.child('lun'), 'lun is required if targetWWNs is specified')];
  return partition(s.lun, path.child('lun'));
};

const azureDisk: Check<Both<'azureDisk'>> = (s, path) => {
  const errors = [...requireText(path.child('diskName'), s.diskName), ...requireText(path.child('diskURI'), s.diskURI)];
  if (s.cachingMode) errors.push(...oneOf(path.child('cachingMode'), s.cachingMode, ['None', 'ReadOnly', 'ReadWrite']));
  if (s.kind) errors.push(...oneOf(path.child('kind'), s.kind, ['Dedicated', 'Managed', 'Shared']));
  return errors;
};

/** validateCSIDriverName checks the name of a CSI driver. */
export function validateCSIDriverName(name: string | undefined, path: Path): FieldError[] {
  const text = name ?? '';
  const errors = requireText(path, text);
  if (text.length > 63) errors.push(field.tooLong(path, text, 63));
  return [...errors, ...each(path, text, isDNS1123Subdomain(text.toLowerCase()))];
}

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
  iscsi,
  glusterfs: ((s, path) => [
    ...requireText(path.child('endpoints'), s.endpoints),
    ...requireText(path.child('path'), s.path),
  ]) as Check<Both<'glusterfs'>>,
  flocker: ((s, path) =>
    s.datasetName || s.datasetUUID
      ? []
      : [field.required(path, 'one of datasetName and datasetUUID is required')]) as Check<Both<'flocker'>>,
  rbd: ((s, path) => [
    ...(s.monitors?.length ? [] : [field.required(path.child('monitors'))]),
    ...requireText(path.child('image'), s.image),
  ]) as Check<Both<'rbd'>>,
  cinder: ((s, path) => requireText(path.child('volumeID'), s.volumeID)) as Check<Both<'cinder'>>,
  cephfs: ((s, path) => (s.monitors?.length ? [] : [field.required(path.child('monitors'))])) as Check<Both<'cephfs'>>,
  quobyte: ((s, path) => [
    ...requireText(
      path.child('registry'),
      s.registry,
      'must be a host:port pair or multiple pairs separated by commas',
    ),
    ...requireText(path.child('volume'), s.volume),
  ]) as Check<Both<'quobyte'>>,
  fc,
  flexVolume: ((s, path) => requireText(path.child('driver'), s.driver)) as Check<Both<'flexVolume'>>,
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
  storageos: (() => []) as Check<Both<'storageos'>>,
} as const;
