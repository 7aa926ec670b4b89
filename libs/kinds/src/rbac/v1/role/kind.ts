import { Roles } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** role declares Role. */
export const role = defineKind({
  resource: Roles,
  versions: [
    served('rbac.authorization.k8s.io/v1', 'Role'),
    served('rbac.authorization.k8s.io/v1beta1', 'Role', { until: 21, deprecated: deprecatedFor('1.17', '1.22', 'rbac.authorization.k8s.io/v1 Role') }),
    served('rbac.authorization.k8s.io/v1alpha1', 'Role', { until: 22, deprecated: deprecatedFor('1.17', '1.22', 'rbac.authorization.k8s.io/v1 Role') }),
  ],
  strategy: plainStrategy(),
});
