import { ResourceQuotas } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** resourceQuota declares ResourceQuota. */
export const resourceQuota = defineKind({
  resource: ResourceQuotas,
  versions: [
    served('v1', 'ResourceQuota'),
  ],
  shortNames: ['quota'],
  strategy: specStrategy({}),
  subresources: {
    status: statusStrategy(),
  },
});
