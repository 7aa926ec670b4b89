import { ClusterRoles } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** clusterRole declares ClusterRole. */
export const clusterRole = defineKind({
  resource: ClusterRoles,
  versions: [
    served('rbac.authorization.k8s.io/v1', 'ClusterRole'),
    served('rbac.authorization.k8s.io/v1beta1', 'ClusterRole', { until: 21, deprecated: deprecatedFor('1.17', '1.22', 'rbac.authorization.k8s.io/v1 ClusterRole') }),
    served('rbac.authorization.k8s.io/v1alpha1', 'ClusterRole', { until: 22, deprecated: deprecatedFor('1.17', '1.22', 'rbac.authorization.k8s.io/v1 ClusterRole') }),
  ],
  strategy: plainStrategy(),
});
