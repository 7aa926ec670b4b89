import { NetworkPolicies } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** networkPolicy declares NetworkPolicy. */
export const networkPolicy = defineKind({
  resource: NetworkPolicies,
  versions: [
    served('networking.k8s.io/v1', 'NetworkPolicy'),
    served('extensions/v1beta1', 'NetworkPolicy', { until: 15, deprecated: deprecatedFor('1.9', '1.16', 'networking.k8s.io/v1 NetworkPolicy') }),
  ],
  shortNames: ['netpol'],
  strategy: plainStrategy(),
});
