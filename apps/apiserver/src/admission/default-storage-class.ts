import type { corev1, storagev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { internalError } from '@navarch/apimachinery';
import { isResource, refuse } from './refuse';

const DEFAULT_ANNOTATIONS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** DefaultStorageClass gives claims that name no class the default one; of several the newest, before 1.26 none: that is an error. */
export class DefaultStorageClass implements AdmissionPlugin {
  readonly name = 'DefaultStorageClass';

  constructor(
    private readonly classes: () => readonly storagev1.StorageClass[],
    private readonly emulated: number,
  ) {}

  handles(attributes: AdmissionAttributes): boolean {
    return attributes.operation === 'CREATE' && isResource(attributes, 'persistentvolumeclaims');
  }

  admit(attributes: AdmissionAttributes): void {
    const claim = attributes.object as corev1.PersistentVolumeClaim;
    if (!claim.spec || claim.spec.storageClassName !== undefined) return;
    if (claim.metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return;
    const [newest, ...others] = defaultStorageClasses(this.classes());
    if (others.length && this.emulated < 26) {
      const why = internalError(new Error(`${others.length + 1} default StorageClasses were found`));
      throw refuse(attributes, why.message);
    }
    if (newest) claim.spec.storageClassName = newest.metadata!.name!;
  }
}

/** defaultStorageClasses are those marked as default, the newest first, equally old ones by name. Pure. */
export function defaultStorageClasses(classes: readonly storagev1.StorageClass[]): storagev1.StorageClass[] {
  const marked = classes.filter(one => DEFAULT_ANNOTATIONS.some(key => one.metadata?.annotations?.[key] === 'true'));
  const age = (one: storagev1.StorageClass) => Date.parse(one.metadata?.creationTimestamp ?? '') || 0;
  return marked.sort((a, b) => age(b) - age(a) || (a.metadata!.name! < b.metadata!.name! ? -1 : 1));
}
