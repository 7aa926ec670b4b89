import { RoleBindings, type rbacv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { bindingStrategy } from '../shared/binding-strategy';
import { bindingColumns } from '../shared/columns';
import { defaultBinding, fromAlphaSubjects, toAlphaSubjects } from '../shared/subjects';
import { rbacVersions } from '../shared/versions';

const KINDS = ['Role', 'ClusterRole'];

/** roleBinding declares RoleBinding, whose role is fixed. */
export const roleBinding = defineKind<rbacv1.RoleBinding>({
  resource: RoleBindings,
  versions: rbacVersions('RoleBinding', { toHub: fromAlphaSubjects, fromHub: toAlphaSubjects }),
  nameRule: 'pathSegment',
  defaults: defaultBinding,
  columns: bindingColumns,
  strategy: bindingStrategy(KINDS),
});
