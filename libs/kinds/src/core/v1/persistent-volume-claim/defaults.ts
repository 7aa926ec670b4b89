import type { corev1 } from '@navarch/api';
import type { Minor } from '../../../kind';
import { defaultResourceList } from '../../../shared/resource-list';

/** defaultClaimSpec completes the spec of a claim or claim template, in place. */
export function defaultClaimSpec(spec: corev1.PersistentVolumeClaimSpec): void {
  spec.volumeMode ??= 'Filesystem';
  defaultResourceList(spec.resources?.limits);
  defaultResourceList(spec.resources?.requests);
}

/** defaultClaim completes a PersistentVolumeClaim, in place. */
export function defaultClaim(claim: corev1.PersistentVolumeClaim, _emulated: Minor): void {
  claim.spec ??= {} as corev1.PersistentVolumeClaimSpec;
  defaultClaimSpec(claim.spec);
  claim.status ??= {};
  claim.status.phase ||= 'Pending';
}
