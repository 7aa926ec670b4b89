import { CSIDrivers } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** csiDriver declares CSIDriver. */
export const csiDriver = defineKind({
  resource: CSIDrivers,
  versions: [
    served('storage.k8s.io/v1', 'CSIDriver', { storedSince: 22 }),
    served('storage.k8s.io/v1beta1', 'CSIDriver', { until: 21, storedSince: 0, deprecated: deprecatedFor('1.19', '1.22', 'storage.k8s.io/v1 CSIDriver') }),
  ],
  strategy: plainStrategy(),
});
