import type { rbacv1 } from '@navarch/api';
import type { Strategy } from '../../../kind';
import { twice } from '../../../shared/errors';
import { plainStrategy } from '../../../shared/strategies';
import { validateBinding, validateRoleRefUnchanged } from './validation';

/** bindingStrategy is that of both kinds of bindings; `kinds` are the roles that may be bound. The role is fixed. */
export const bindingStrategy = (kinds: readonly string[]): Strategy<rbacv1.RoleBinding & rbacv1.ClusterRoleBinding> =>
  plainStrategy<rbacv1.RoleBinding & rbacv1.ClusterRoleBinding>(binding => validateBinding(binding, kinds), {
    metadataChecks: { update: ['whole', 'whole', 'change'] },
    allowCreateOnUpdate: true,
    validateUpdate: (binding, old) => [
      ...twice(validateBinding(binding, kinds)),
      ...validateRoleRefUnchanged(binding, old),
    ],
  });
