import { resource, type apiserverinternalv1alpha1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** storageVersion declares StorageVersion. */
export const storageVersion = defineKind({
  resource: resource<apiserverinternalv1alpha1.StorageVersion>('internal.apiserver.k8s.io/v1alpha1', 'storageversions', 'StorageVersion', false),
  versions: [
    served('internal.apiserver.k8s.io/v1alpha1', 'StorageVersion', { until: 20 }),
  ],
  strategy: specStrategy({ allowUnconditionalUpdate: false }),
  subresources: {
    status: statusStrategy(),
  },
});
