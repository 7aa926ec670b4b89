import { ClusterRoleBindings, type rbacv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { twice } from '../../../shared/errors';
import { plainStrategy } from '../../../shared/strategies';
import { bindingColumns } from '../shared/columns';
import { defaultBinding, fromAlphaSubjects, toAlphaSubjects } from '../shared/subjects';
import { validateBinding, validateRoleRefUnchanged } from '../shared/validation';
import { rbacVersions } from '../shared/versions';

const KINDS = ['ClusterRole'];

/** clusterRoleBinding declares ClusterRoleBinding, whose role is fixed. */
export const clusterRoleBinding = defineKind<rbacv1.ClusterRoleBinding>({
  resource: ClusterRoleBindings,
  versions: rbacVersions('ClusterRoleBinding', { toHub: fromAlphaSubjects, fromHub: toAlphaSubjects }),
  nameRule: 'pathSegment',
  defaults: defaultBinding,
  columns: bindingColumns,
  strategy: {
    ...plainStrategy<rbacv1.ClusterRoleBinding>(binding => validateBinding(binding, KINDS), {
      validateUpdate: (binding, old, release) => [
        ...twice(validateBinding(binding, KINDS)),
        ...validateRoleRefUnchanged(binding, old, release),
      ],
    }),
    allowCreateOnUpdate: true,
  },
});
