import { Ingresses, type networkingv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { validateLoadBalancerStatus } from '../../../shared/load-balancer';
import { ageColumn, nameColumn, NONE, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { defaultPathTypes, fromIngressV1, toIngressV1 } from './conversion';
import { validateIngressUpdate, validateNewIngress } from './validation';

const SHOWN = 3;
const legacy = { defaults: defaultPathTypes, toHub: toIngressV1, fromHub: fromIngressV1 } as const;

function hosts({ spec }: networkingv1.Ingress): string {
  const all = (spec?.rules ?? []).map(rule => rule.host ?? '').filter(Boolean);
  if (!all.length) return '*';
  const more = all.length > SHOWN ? ` + ${all.length - SHOWN} more...` : '';
  return `${all.slice(0, SHOWN).join(',')}${more}`;
}

function addresses({ status }: networkingv1.Ingress): string {
  const all = (status?.loadBalancer?.ingress ?? []).map(i => i.ip || i.hostname || '').filter(Boolean);
  return [...new Set(all)].sort().join(',');
}

/** ingress declares Ingress, one kind in two groups. */
export const ingress = defineKind<networkingv1.Ingress>({
  resource: Ingresses,
  versions: [
    served('networking.k8s.io/v1', 'Ingress', { storedSince: 22 }),
    served('networking.k8s.io/v1beta1', 'Ingress', {
      ...legacy,
      until: 21,
      storedSince: 0,
      deprecated: deprecatedFor('1.19', '1.22', 'networking.k8s.io/v1 Ingress'),
    }),
    served('extensions/v1beta1', 'Ingress', {
      ...legacy,
      until: 21,
      deprecated: deprecatedFor('1.14', '1.22', 'networking.k8s.io/v1 Ingress'),
    }),
  ],
  storagePath: 'ingress',
  shortNames: ['ing'],
  columns: defineColumns<networkingv1.Ingress>([
    nameColumn,
    text('Class', ({ spec }) => spec?.ingressClassName ?? NONE),
    text('Hosts', hosts),
    text('Address', addresses),
    text('Ports', ({ spec }) => (spec?.tls?.length ? '80, 443' : '80')),
    ageColumn,
  ]),
  strategy: specStrategy<networkingv1.Ingress>({
    generation: true,
    validate: validateNewIngress,
    validateUpdate: validateIngressUpdate,
    warnings: ({ metadata }, old, { emulated }) =>
      emulated >= 22 && !old && metadata?.annotations?.['kubernetes.io/ingress.class'] !== undefined
        ? ['annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead']
        : [],
  }),
  subresources: {
    status: statusStrategy<networkingv1.Ingress>({
      validateUpdate: ({ status }, _old, release) => validateLoadBalancerStatus(status?.loadBalancer, release),
    }),
  },
});
