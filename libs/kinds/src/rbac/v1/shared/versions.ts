import type { ServedVersion } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { RBAC_GROUP } from './validation';

/** rbacVersions are the versions of all kinds of the group; `alpha` adds what v1alpha1 does differently. */
export function rbacVersions(kind: string, alpha: Pick<ServedVersion, 'toHub' | 'fromHub'> = {}): ServedVersion[] {
  const deprecated = deprecatedFor('1.17', '1.22', `${RBAC_GROUP}/v1 ${kind}`);
  return [
    served(`${RBAC_GROUP}/v1`, kind),
    served(`${RBAC_GROUP}/v1beta1`, kind, { until: 21, deprecated }),
    served(`${RBAC_GROUP}/v1alpha1`, kind, { until: 22, ...alpha }),
  ];
}
