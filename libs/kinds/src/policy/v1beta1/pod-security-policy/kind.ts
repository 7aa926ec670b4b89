import { resource, type policyv1beta1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** podSecurityPolicy declares PodSecurityPolicy. */
export const podSecurityPolicy = defineKind({
  resource: resource<policyv1beta1.PodSecurityPolicy>('policy/v1beta1', 'podsecuritypolicies', 'PodSecurityPolicy', false),
  versions: [
    served('policy/v1beta1', 'PodSecurityPolicy', { until: 24, deprecated: deprecatedFor('1.21', '1.25') }),
    served('extensions/v1beta1', 'PodSecurityPolicy', { until: 15, deprecated: deprecatedFor('1.11', '1.16', 'policy/v1beta1 PodSecurityPolicy') }),
  ],
  storagePath: 'podsecuritypolicy',
  shortNames: ['psp'],
  strategy: plainStrategy(),
});
