import type { corev1, storagev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource } from './refuse';

const DEFAULT_ANNOTATIONS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** DefaultStorageClass gives claims that name no class the default one; of several, the newest. */
export class DefaultStorageClass implements AdmissionPlugin {
  readonly name = 'DefaultStorageClass';

  constructor(private readonly classes: () => readonly storagev1.StorageClass[]) {}

  handles(attributes: AdmissionAttributes): boolean {
    return attributes.operation === 'CREATE' && isResource(attributes, 'persistentvolumeclaims');
  }

  admit({ object }: AdmissionAttributes): void {
    const claim = object as corev1.PersistentVolumeClaim;
    if (!claim.spec || claim.spec.storageClassName !== undefined) return;
    if (claim.metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return;
    const chosen = defaultStorageClass(this.classes());
    if (chosen) claim.spec.storageClassName = chosen.metadata!.name!;
  }
}

/** defaultStorageClass is the newest class marked as default; of equally old ones the first by name. */
export function defaultStorageClass(classes: readonly storagev1.StorageClass[]): storagev1.StorageClass | undefined {
  const marked = classes.filter(one => DEFAULT_ANNOTATIONS.some(key => one.metadata?.annotations?.[key] === 'true'));
  const age = (one: storagev1.StorageClass) => Date.parse(one.metadata?.creationTimestamp ?? '') || 0;
  return marked.sort((a, b) => age(b) - age(a) || (a.metadata!.name! < b.metadata!.name! ? -1 : 1))[0];
}
