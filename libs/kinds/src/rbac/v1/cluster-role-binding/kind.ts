import { ClusterRoleBindings, type rbacv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { bindingStrategy } from '../shared/binding-strategy';
import { bindingColumns } from '../shared/columns';
import { defaultBinding, fromAlphaSubjects, toAlphaSubjects } from '../shared/subjects';
import { rbacVersions } from '../shared/versions';

const KINDS = ['ClusterRole'];

/** clusterRoleBinding declares ClusterRoleBinding, whose role is fixed. */
export const clusterRoleBinding = defineKind<rbacv1.ClusterRoleBinding>({
  resource: ClusterRoleBindings,
  versions: rbacVersions('ClusterRoleBinding', { toHub: fromAlphaSubjects, fromHub: toAlphaSubjects }),
  nameRule: 'pathSegment',
  defaults: defaultBinding,
  columns: bindingColumns,
  strategy: bindingStrategy(KINDS),
});
