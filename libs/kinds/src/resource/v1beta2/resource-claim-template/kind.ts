import { resource, type resourcev1beta2 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** resourceClaimTemplate declares ResourceClaimTemplate. */
export const resourceClaimTemplate = defineKind({
  resource: resource<resourcev1beta2.ResourceClaimTemplate>('resource.k8s.io/v1beta2', 'resourceclaimtemplates', 'ResourceClaimTemplate', true),
  versions: [
    served('resource.k8s.io/v1beta2', 'ResourceClaimTemplate', { since: 33 }),
    served('resource.k8s.io/v1beta1', 'ResourceClaimTemplate', { since: 32 }),
  ],
  strategy: plainStrategy(),
});
