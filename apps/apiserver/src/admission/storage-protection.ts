import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource } from './refuse';

const FINALIZERS = new Map([
  ['persistentvolumeclaims', 'kubernetes.io/pvc-protection'],
  ['persistentvolumes', 'kubernetes.io/pv-protection'],
]);

/** StorageObjectInUseProtection gives claims and volumes the finalizer that keeps them while they are used. */
export class StorageObjectInUseProtection implements AdmissionPlugin {
  readonly name = 'StorageObjectInUseProtection';

  handles(attributes: AdmissionAttributes): boolean {
    if (attributes.operation !== 'CREATE') return false;
    return isResource(attributes, 'persistentvolumeclaims') || isResource(attributes, 'persistentvolumes');
  }

  admit({ resource, object }: AdmissionAttributes): void {
    const finalizer = FINALIZERS.get(resource.resource)!;
    const metadata = (object!.metadata ??= {});
    if (!metadata.finalizers?.includes(finalizer)) metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
  }
}
