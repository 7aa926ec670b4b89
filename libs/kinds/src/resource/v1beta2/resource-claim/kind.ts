import { resource, type resourcev1beta2 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** resourceClaim declares ResourceClaim. */
export const resourceClaim = defineKind({
  resource: resource<resourcev1beta2.ResourceClaim>('resource.k8s.io/v1beta2', 'resourceclaims', 'ResourceClaim', true),
  versions: [
    served('resource.k8s.io/v1beta2', 'ResourceClaim', { since: 33 }),
    served('resource.k8s.io/v1beta1', 'ResourceClaim', { since: 32 }),
  ],
  strategy: specStrategy({}),
  subresources: {
    status: statusStrategy(),
  },
});
