import { ReplicationControllers } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** replicationController declares ReplicationController. */
export const replicationController = defineKind({
  resource: ReplicationControllers,
  versions: [
    served('v1', 'ReplicationController'),
  ],
  storagePath: 'controllers',
  shortNames: ['rc'],
  categories: ['all'],
  strategy: specStrategy({ generation: true }),
  subresources: {
    status: statusStrategy(),
    scale: { replicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  },
});
