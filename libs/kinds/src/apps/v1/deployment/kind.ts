import { Deployments } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** deployment declares Deployment. */
export const deployment = defineKind({
  resource: Deployments,
  versions: [
    served('apps/v1', 'Deployment'),
    served('apps/v1beta2', 'Deployment', { until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 Deployment') }),
    served('apps/v1beta1', 'Deployment', { until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 Deployment') }),
    served('extensions/v1beta1', 'Deployment', { categories: [], until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 Deployment') }),
  ],
  shortNames: ['deploy'],
  categories: ['all'],
  strategy: specStrategy({ generation: true }),
  subresources: {
    status: statusStrategy(),
    scale: { replicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  },
});
