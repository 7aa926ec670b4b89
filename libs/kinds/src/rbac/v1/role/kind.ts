import { Roles, type rbacv1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { plainStrategy } from '../../../shared/strategies';
import { validateRules } from '../shared/validation';
import { rbacVersions } from '../shared/versions';

const validateRole = ({ rules }: rbacv1.Role) => validateRules(rules, true);

/** role declares Role. */
export const role = defineKind<rbacv1.Role>({
  resource: Roles,
  versions: rbacVersions('Role'),
  nameRule: 'pathSegment',
  strategy: {
    ...plainStrategy<rbacv1.Role>(validateRole, {
      metadataChecks: { update: ['whole', validateRole, 'whole', validateRole, 'change'] },
      validateUpdate: () => [],
    }),
    allowCreateOnUpdate: true,
  },
});
