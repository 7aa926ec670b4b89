import { Services } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { proxyConnect } from '../../../shared/connects';

/** service declares Service. */
export const service = defineKind({
  resource: Services,
  versions: [
    served('v1', 'Service'),
  ],
  storagePath: 'services/specs',
  shortNames: ['svc'],
  categories: ['all'],
  strategy: specStrategy({}),
  subresources: {
    status: statusStrategy(),
    connects: { proxy: proxyConnect('ServiceProxyOptions') },
  },
});
