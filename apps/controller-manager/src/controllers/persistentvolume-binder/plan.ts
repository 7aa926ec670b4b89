import type { corev1, storagev1 } from '@navarch/api';
import { isDeleting, parseQuantity, selectorFromLabelSelector } from '@navarch/apimachinery';
import type { Release } from '../../shared/release';

type Claim = corev1.PersistentVolumeClaim;
type Volume = corev1.PersistentVolume;

export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const CLASS = 'volume.beta.kubernetes.io/storage-class';
const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
const PROVISIONER_BETA = 'volume.beta.kubernetes.io/storage-provisioner';
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

/** classOf is the storage class of a claim or a volume; '' is none. */
export const classOf = ({ metadata, spec }: Claim | Volume): string =>
  metadata?.annotations?.[CLASS] ?? spec?.storageClassName ?? '';

/** isFor: the volume is meant for this very claim: by name, and by uid if it says one. */
export function isFor({ spec }: Volume, { metadata }: Claim): boolean {
  const reference = spec?.claimRef;
  if (!reference || reference.namespace !== metadata?.namespace || reference.name !== metadata?.name) return false;
  return !reference.uid || reference.uid === metadata?.uid;
}

/** mismatch is why the volume cannot be the claim's; undefined: it can. */
export function mismatch(volume: Volume, claim: Claim): string | undefined {
  const request = claim.spec?.resources?.requests?.storage ?? '0';
  const capacity = volume.spec?.capacity?.storage ?? '0';
  if (parseQuantity(capacity).cmp(parseQuantity(request)) < 0) return 'requested PV is too small';
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match';
  if ((volume.spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem'))
    return 'incompatible volumeMode';
  if (!(claim.spec?.accessModes ?? []).every(mode => volume.spec?.accessModes?.includes(mode)))
    return 'incompatible accessMode';
  return undefined;
}

/** bestMatch is the volume to bind: one that is kept for the claim, or else, unless the claim waits, the smallest free one that fits. */
export function bestMatch(volumes: readonly Volume[], claim: Claim, waits: boolean): Volume | undefined {
  const fitting = volumes.filter(volume => !isDeleting(volume) && !mismatch(volume, claim));
  const kept = fitting.find(volume => isFor(volume, claim));
  if (kept || waits) return kept;
  const selector = selectorFromLabelSelector(claim.spec?.selector ?? {});
  const size = ({ spec }: Volume) => parseQuantity(spec?.capacity?.storage ?? '0');
  return fitting
    .filter(
      ({ metadata, spec, status }) =>
        !spec?.claimRef && status?.phase === 'Available' && selector.matches(metadata?.labels),
    )
    .sort((a, b) => size(a).cmp(size(b)) || ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1))[0];
}

/** waitsForConsumer: the claim's class wants to know the pod's node first, and nobody has chosen one yet. */
export function waitsForConsumer(claim: Claim, storageClass: storagev1.StorageClass | undefined): boolean {
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && !claim.metadata?.annotations?.[SELECTED_NODE];
}

/** Said is an event about a claim that cannot be bound now. */
export interface Said {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** whyPending tells what a claim waits for; undefined: for a volume that somebody makes by hand. */
export function whyPending(
  claim: Claim,
  storageClass: storagev1.StorageClass | undefined,
  release: Release,
): Said | undefined {
  const name = classOf(claim);
  if (waitsForConsumer(claim, storageClass)) {
    const message = 'waiting for first consumer to be created before binding';
    return { type: 'Normal', reason: 'WaitForFirstConsumer', message };
  }
  if (!name) {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    return { type: 'Normal', reason: 'FailedBinding', message };
  }
  if (!storageClass)
    return {
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message: `storageclass.storage.k8s.io ${JSON.stringify(name)} not found`,
    };
  const { provisioner } = storageClass;
  if (provisioner === NO_PROVISIONER) return undefined;
  const message = release.has('provisionerHints')
    ? `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`
    : `waiting for a volume to be created, either by external provisioner ${JSON.stringify(provisioner)} or manually created by system administrator`;
  return { type: 'Normal', reason: 'ExternalProvisioning', message };
}

/** withProvisioner is the claim with the name of who is to make its volume, which provisioners look for; the same object if that is there already. */
export function withProvisioner(
  claim: Claim,
  storageClass: storagev1.StorageClass | undefined,
  release: Release,
): Claim {
  const provisioner = storageClass?.provisioner;
  if (!provisioner || provisioner === NO_PROVISIONER || waitsForConsumer(claim, storageClass)) return claim;
  const before = claim.metadata?.annotations ?? {};
  const names = release.has('stableProvisioner') ? [PROVISIONER_BETA, PROVISIONER] : [PROVISIONER_BETA];
  if (names.every(name => before[name] === provisioner)) return claim;
  const annotations = { ...before, ...Object.fromEntries(names.map(name => [name, provisioner])) };
  return { ...claim, metadata: { ...claim.metadata, annotations } };
}

/** boundVolume is the volume with the claim's name on it; the same object if that is there already. */
export function boundVolume(volume: Volume, claim: Claim): Volume {
  if (volume.spec?.claimRef?.uid === claim.metadata?.uid) return volume;
  const { namespace, name, uid, resourceVersion } = claim.metadata ?? {};
  const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid, resourceVersion };
  const annotations = {
    ...volume.metadata?.annotations,
    ...(!volume.spec?.claimRef && { [BOUND_BY_CONTROLLER]: 'yes' }),
  };
  return { ...volume, metadata: { ...volume.metadata, annotations }, spec: { ...volume.spec, claimRef } };
}

/** boundClaim is the claim with the volume's name in it; the same object if that is there already. */
export function boundClaim(claim: Claim, volume: Volume): Claim {
  const name = volume.metadata?.name;
  const before = claim.metadata?.annotations ?? {};
  if (claim.spec?.volumeName === name && before[BIND_COMPLETED]) return claim;
  const annotations = {
    ...before,
    [BIND_COMPLETED]: 'yes',
    ...(!claim.spec?.volumeName && { [BOUND_BY_CONTROLLER]: 'yes' }),
  };
  return { ...claim, metadata: { ...claim.metadata, annotations }, spec: { ...claim.spec, volumeName: name } };
}

/** VolumePlan is what a volume's state should be. */
export type VolumePlan = 'Available' | 'Bound' | 'Released' | 'unbind' | 'ask claim';

/** planVolume compares a volume with the claim that it names (undefined: there is none of that name and uid). */
export function planVolume(volume: Volume, claim: Claim | undefined): VolumePlan {
  const reference = volume.spec?.claimRef;
  if (!reference) return 'Available';
  if (!reference.uid) return claim && !claim.spec?.volumeName ? 'ask claim' : 'Available';
  if (!claim) return 'Released';
  if (!claim.spec?.volumeName) return 'ask claim';
  if (claim.spec.volumeName === volume.metadata?.name) return 'Bound';
  return volume.metadata?.annotations?.[BOUND_BY_CONTROLLER] ? 'unbind' : 'Available';
}
