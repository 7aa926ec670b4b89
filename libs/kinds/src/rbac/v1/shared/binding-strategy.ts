import type { rbacv1 } from '@navarch/api';
import type { Strategy } from '../../../kind';
import { plainStrategy } from '../../../shared/strategies';
import { validateBinding, validateRoleRefUnchanged } from './validation';

/** bindingStrategy is that of both kinds of bindings; `kinds` are the roles that may be bound. The role is fixed. */
export function bindingStrategy(kinds: readonly string[]): Strategy<Binding> {
  const validate = (binding: Binding) => validateBinding(binding, kinds);
  return plainStrategy<Binding>(validate, {
    metadataChecks: { update: ['whole', validate, 'whole', validate, 'change'] },
    allowCreateOnUpdate: true,
    validateUpdate: validateRoleRefUnchanged,
  });
}

type Binding = rbacv1.RoleBinding & rbacv1.ClusterRoleBinding;
