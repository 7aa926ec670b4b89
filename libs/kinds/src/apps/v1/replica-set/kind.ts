import { ReplicaSets } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** replicaSet declares ReplicaSet. */
export const replicaSet = defineKind({
  resource: ReplicaSets,
  versions: [
    served('apps/v1', 'ReplicaSet'),
    served('apps/v1beta2', 'ReplicaSet', { until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 ReplicaSet') }),
    served('extensions/v1beta1', 'ReplicaSet', { categories: [], until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 ReplicaSet') }),
  ],
  shortNames: ['rs'],
  categories: ['all'],
  strategy: specStrategy({ generation: true }),
  subresources: {
    status: statusStrategy(),
    scale: { replicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  },
});
