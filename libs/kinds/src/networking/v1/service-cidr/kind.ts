import { resource, type networkingv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** serviceCIDR declares ServiceCIDR. */
export const serviceCIDR = defineKind({
  resource: resource<networkingv1.ServiceCIDR>('networking.k8s.io/v1', 'servicecidrs', 'ServiceCIDR', false),
  versions: [
    served('networking.k8s.io/v1', 'ServiceCIDR', { since: 33 }),
  ],
  strategy: specStrategy({}),
  subresources: {
    status: statusStrategy(),
  },
});
