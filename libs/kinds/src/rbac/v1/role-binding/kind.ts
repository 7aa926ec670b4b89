import { RoleBindings } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** roleBinding declares RoleBinding. */
export const roleBinding = defineKind({
  resource: RoleBindings,
  versions: [
    served('rbac.authorization.k8s.io/v1', 'RoleBinding'),
    served('rbac.authorization.k8s.io/v1beta1', 'RoleBinding', { until: 21, deprecated: deprecatedFor('1.17', '1.22', 'rbac.authorization.k8s.io/v1 RoleBinding') }),
    served('rbac.authorization.k8s.io/v1alpha1', 'RoleBinding', { until: 22, deprecated: deprecatedFor('1.17', '1.22', 'rbac.authorization.k8s.io/v1 RoleBinding') }),
  ],
  strategy: plainStrategy(),
});
