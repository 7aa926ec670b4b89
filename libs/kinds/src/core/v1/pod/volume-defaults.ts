import type { corev1 } from '@navarch/api';
import { defaultClaimSpec } from '../persistent-volume-claim/defaults';

/** FILE_MODE is 0644, the mode of files made from secrets, config maps and the like. */
const FILE_MODE = 0o644;

/** defaultVolume completes a volume of a pod, in place. One without a source is an emptyDir. */
export function defaultVolume(volume: corev1.Volume): void {
  if (Object.keys(volume).every(key => key === 'name' || volume[key as keyof corev1.Volume] === null))
    volume.emptyDir = {};
  defaultSources(volume);
  for (const source of [volume.secret, volume.configMap, volume.downwardAPI, volume.projected]) {
    if (source) source.defaultMode ??= FILE_MODE;
  }
  defaultFieldRefs(volume.downwardAPI?.items);
  for (const source of volume.projected?.sources ?? []) {
    defaultFieldRefs(source.downwardAPI?.items);
    if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= 3600;
  }
  const claim = volume.ephemeral?.volumeClaimTemplate;
  if (claim) defaultClaimSpec(claim.spec);
}

/** defaultSources completes what volumes of pods and persistent volumes have in common, in place. */
export function defaultSources(
  source: Pick<corev1.Volume, 'hostPath' | 'iscsi' | 'rbd' | 'azureDisk' | 'scaleIO'> | corev1.PersistentVolumeSpec,
): void {
  if (source.hostPath) source.hostPath.type ??= '';
  if (source.iscsi) source.iscsi.iscsiInterface ||= 'default';
  if (source.rbd) {
    source.rbd.pool ||= 'rbd';
    source.rbd.user ||= 'admin';
    source.rbd.keyring ||= '/etc/ceph/keyring';
  }
  if (source.azureDisk) {
    source.azureDisk.cachingMode ??= 'ReadWrite';
    source.azureDisk.kind ??= 'Shared';
    source.azureDisk.fsType ??= 'ext4';
    source.azureDisk.readOnly ??= false;
  }
  if (source.scaleIO) {
    source.scaleIO.storageMode ||= 'ThinProvisioned';
    source.scaleIO.fsType ||= 'xfs';
  }
}

function defaultFieldRefs(items: readonly corev1.DownwardAPIVolumeFile[] | undefined): void {
  for (const { fieldRef } of items ?? []) {
    if (fieldRef) fieldRef.apiVersion ||= 'v1';
  }
}
