import { NetworkPolicies, type networkingv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, formatSelector, nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { asNew, specStrategy } from '../../../shared/strategies';
import { policyWarnings } from './warnings';
import { validateNetworkPolicy } from './validation';

function defaultNetworkPolicy({ spec }: networkingv1.NetworkPolicy): void {
  if (!spec) return;
  const ports = [...(spec.ingress ?? []), ...(spec.egress ?? [])].flatMap(rule => rule.ports ?? []);
  for (const port of ports) port.protocol ??= 'TCP';
  if (!spec.policyTypes?.length) spec.policyTypes = ['Ingress', ...(spec.egress?.length ? ['Egress'] : [])];
}

/** networkPolicy declares NetworkPolicy; both versions have one and the same form. */
export const networkPolicy = defineKind<networkingv1.NetworkPolicy>({
  resource: NetworkPolicies,
  versions: [
    served('networking.k8s.io/v1', 'NetworkPolicy'),
    served('extensions/v1beta1', 'NetworkPolicy', {
      until: 15,
      deprecated: deprecatedFor('1.9', '1.16', 'networking.k8s.io/v1 NetworkPolicy'),
    }),
  ],
  shortNames: ['netpol'],
  dormant: { 'spec.ingress.ports.endPort': 22, 'spec.egress.ports.endPort': 22 },
  defaults: defaultNetworkPolicy,
  columns: defineColumns<networkingv1.NetworkPolicy>([
    nameColumn,
    text('Pod-Selector', ({ spec }) => formatSelector(spec?.podSelector)),
    ageColumn,
  ]),
  strategy: specStrategy<networkingv1.NetworkPolicy>({
    metadataChecks: { update: ['whole', asNew(validateNetworkPolicy), 'change'] },
    generation: true,
    countsEmpties: true,
    validate: validateNetworkPolicy,
    warnings: policyWarnings,
    validateUpdate: asNew(validateNetworkPolicy),
  }),
});
