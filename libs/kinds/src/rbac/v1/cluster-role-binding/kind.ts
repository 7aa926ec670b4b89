import { ClusterRoleBindings } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** clusterRoleBinding declares ClusterRoleBinding. */
export const clusterRoleBinding = defineKind({
  resource: ClusterRoleBindings,
  versions: [
    served('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'),
    served('rbac.authorization.k8s.io/v1beta1', 'ClusterRoleBinding', { until: 21, deprecated: deprecatedFor('1.17', '1.22', 'rbac.authorization.k8s.io/v1 ClusterRoleBinding') }),
    served('rbac.authorization.k8s.io/v1alpha1', 'ClusterRoleBinding', { until: 22, deprecated: deprecatedFor('1.17', '1.22', 'rbac.authorization.k8s.io/v1 ClusterRoleBinding') }),
  ],
  strategy: plainStrategy(),
});
