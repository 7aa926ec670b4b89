import { StorageClasses } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** storageClass declares StorageClass. */
export const storageClass = defineKind({
  resource: StorageClasses,
  versions: [
    served('storage.k8s.io/v1', 'StorageClass'),
    served('storage.k8s.io/v1beta1', 'StorageClass', { until: 21, deprecated: deprecatedFor('1.19', '1.22', 'storage.k8s.io/v1 StorageClass') }),
  ],
  shortNames: ['sc'],
  strategy: plainStrategy(),
});
