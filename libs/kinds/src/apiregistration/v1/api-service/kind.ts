import { APIServices } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** apiService declares APIService. */
export const apiService = defineKind({
  resource: APIServices,
  versions: [
    served('apiregistration.k8s.io/v1', 'APIService', { storedSince: 22 }),
    served('apiregistration.k8s.io/v1beta1', 'APIService', { until: 21, storedSince: 0, deprecated: deprecatedFor('1.19', '1.22', 'apiregistration.k8s.io/v1 APIService') }),
  ],
  storagePath: 'apiregistration.k8s.io/apiservices',
  categories: ['api-extensions'],
  strategy: specStrategy({}),
  subresources: {
    status: statusStrategy(),
  },
});
