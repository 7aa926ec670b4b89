import type { corev1, storagev1 } from '@navarch/api';
import { parseQuantity } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource, refuse } from './refuse';

/** PersistentVolumeClaimResize lets only bound claims grow whose class says it can be done. */
export class PersistentVolumeClaimResize implements AdmissionPlugin {
  readonly name = 'PersistentVolumeClaimResize';

  constructor(private readonly storageClass: (name: string) => storagev1.StorageClass | undefined) {}

  handles(attributes: AdmissionAttributes): boolean {
    return attributes.operation === 'UPDATE' && isResource(attributes, 'persistentvolumeclaims');
  }

  validate(attributes: AdmissionAttributes): void {
    const old = attributes.oldObject as corev1.PersistentVolumeClaim;
    const claim = attributes.object as corev1.PersistentVolumeClaim;
    const before = old.spec?.resources?.requests?.storage;
    const now = claim.spec?.resources?.requests?.storage;
    if (now === undefined || (before !== undefined && parseQuantity(now).cmp(parseQuantity(before)) <= 0)) return;
    if (old.status?.phase !== 'Bound') throw refuse(attributes, 'Only bound persistent volume claims can be expanded');
    const className =
      claim.metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? claim.spec?.storageClassName;
    if (className && this.storageClass(className)?.allowVolumeExpansion) return;
    throw refuse(
      attributes,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  }
}
