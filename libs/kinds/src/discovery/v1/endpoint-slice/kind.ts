import { EndpointSlices } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** endpointSlice declares EndpointSlice. */
export const endpointSlice = defineKind({
  resource: EndpointSlices,
  versions: [
    served('discovery.k8s.io/v1', 'EndpointSlice', { since: 21, storedSince: 22 }),
    served('discovery.k8s.io/v1beta1', 'EndpointSlice', { until: 24, storedSince: 0, deprecated: deprecatedFor('1.21', '1.25', 'discovery.k8s.io/v1 EndpointSlice') }),
  ],
  strategy: plainStrategy(),
});
