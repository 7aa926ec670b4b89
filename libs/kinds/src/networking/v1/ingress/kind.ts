import { Ingresses } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** ingress declares Ingress. */
export const ingress = defineKind({
  resource: Ingresses,
  versions: [
    served('networking.k8s.io/v1', 'Ingress', { storedSince: 22 }),
    served('networking.k8s.io/v1beta1', 'Ingress', { until: 21, storedSince: 0, deprecated: deprecatedFor('1.19', '1.22', 'networking.k8s.io/v1 Ingress') }),
    served('extensions/v1beta1', 'Ingress', { until: 21, deprecated: deprecatedFor('1.14', '1.22', 'networking.k8s.io/v1 Ingress') }),
  ],
  storagePath: 'ingress',
  shortNames: ['ing'],
  strategy: specStrategy({ generation: true }),
  subresources: {
    status: statusStrategy(),
  },
});
