import { CSIStorageCapacities } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** csiStorageCapacity declares CSIStorageCapacity. */
export const csiStorageCapacity = defineKind({
  resource: CSIStorageCapacities,
  versions: [
    served('storage.k8s.io/v1', 'CSIStorageCapacity', { since: 24 }),
    served('storage.k8s.io/v1beta1', 'CSIStorageCapacity', { since: 21, until: 26, deprecated: deprecatedFor('1.24', '1.27', 'storage.k8s.io/v1 CSIStorageCapacity') }),
  ],
  strategy: plainStrategy(),
});
