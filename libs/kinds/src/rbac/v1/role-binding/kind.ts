import { RoleBindings, type rbacv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { twice } from '../../../shared/errors';
import { plainStrategy } from '../../../shared/strategies';
import { bindingColumns } from '../shared/columns';
import { defaultBinding, fromAlphaSubjects, toAlphaSubjects } from '../shared/subjects';
import { validateBinding, validateRoleRefUnchanged } from '../shared/validation';
import { rbacVersions } from '../shared/versions';

const KINDS = ['Role', 'ClusterRole'];

/** roleBinding declares RoleBinding, whose role is fixed. */
export const roleBinding = defineKind<rbacv1.RoleBinding>({
  resource: RoleBindings,
  versions: rbacVersions('RoleBinding', { toHub: fromAlphaSubjects, fromHub: toAlphaSubjects }),
  nameRule: 'pathSegment',
  defaults: defaultBinding,
  columns: bindingColumns,
  strategy: {
    ...plainStrategy<rbacv1.RoleBinding>(binding => validateBinding(binding, KINDS), {
      validateUpdate: (binding, old, release) => [
        ...twice(validateBinding(binding, KINDS)),
        ...validateRoleRefUnchanged(binding, old, release),
      ],
    }),
    allowCreateOnUpdate: true,
  },
});
