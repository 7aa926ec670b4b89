import { IngressClasses } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** ingressClass declares IngressClass. */
export const ingressClass = defineKind({
  resource: IngressClasses,
  versions: [
    served('networking.k8s.io/v1', 'IngressClass', { storedSince: 22 }),
    served('networking.k8s.io/v1beta1', 'IngressClass', { until: 21, storedSince: 0, deprecated: deprecatedFor('1.19', '1.22', 'networking.k8s.io/v1 IngressClass') }),
  ],
  strategy: plainStrategy(),
});
