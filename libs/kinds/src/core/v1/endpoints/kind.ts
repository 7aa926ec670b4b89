import { Endpoints } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** endpoints declares Endpoints. */
export const endpoints = defineKind({
  resource: Endpoints,
  versions: [
    served('v1', 'Endpoints', { deprecated: deprecatedFor('1.33', undefined, 'discovery.k8s.io/v1 EndpointSlice') }),
  ],
  storagePath: 'services/endpoints',
  shortNames: ['ep'],
  strategy: plainStrategy(),
});
