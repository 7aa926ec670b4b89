import { Leases } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** lease declares Lease. */
export const lease = defineKind({
  resource: Leases,
  versions: [
    served('coordination.k8s.io/v1', 'Lease', { storedSince: 22 }),
    served('coordination.k8s.io/v1beta1', 'Lease', { until: 21, storedSince: 0, deprecated: deprecatedFor('1.19', '1.22', 'coordination.k8s.io/v1 Lease') }),
  ],
  strategy: plainStrategy(),
});
