import { StatefulSets } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** statefulSet declares StatefulSet. */
export const statefulSet = defineKind({
  resource: StatefulSets,
  versions: [
    served('apps/v1', 'StatefulSet'),
    served('apps/v1beta2', 'StatefulSet', { until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 StatefulSet') }),
    served('apps/v1beta1', 'StatefulSet', { until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 StatefulSet') }),
  ],
  shortNames: ['sts'],
  categories: ['all'],
  strategy: specStrategy({ generation: true }),
  subresources: {
    status: statusStrategy(),
    scale: { replicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  },
});
