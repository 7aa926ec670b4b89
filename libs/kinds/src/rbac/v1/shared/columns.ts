import type { rbacv1 } from '@navarch/api';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn, text, wide } from '../../../shared/printer';

type Binding = rbacv1.RoleBinding | rbacv1.ClusterRoleBinding;

const names = ({ subjects }: Binding, kind: string) =>
  (subjects ?? [])
    .filter(s => s.kind === kind)
    .map(s => (kind === 'ServiceAccount' ? `${s.namespace ?? ''}/${s.name}` : s.name))
    .join(', ');

/** bindingColumns are the columns of both kinds of bindings. */
export const bindingColumns = defineColumns<Binding>([
  nameColumn,
  text('Role', ({ roleRef }) => `${roleRef?.kind}/${roleRef?.name}`),
  ageColumn,
  wide('Users', binding => names(binding, 'User')),
  wide('Groups', binding => names(binding, 'Group')),
  wide('ServiceAccounts', binding => names(binding, 'ServiceAccount')),
]);
