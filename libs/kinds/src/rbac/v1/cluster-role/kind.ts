import { ClusterRoles, type metav1, type rbacv1 } from '@navarch/api';
import { field, foundIn, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { type Release } from '../../../shared/errors';
import { readSelector, validateLabelSelector } from '../../../shared/label-validation';
import { asNew, plainStrategy } from '../../../shared/strategies';
import { validateRules } from '../shared/validation';
import { rbacVersions } from '../shared/versions';

function validateClusterRole({ rules, aggregationRule }: rbacv1.ClusterRole, release: Release): FieldError[] {
  const errors = validateRules(rules, false);
  if (!aggregationRule) return errors;
  const at = Path.at('aggregationRule', 'clusterRoleSelectors');
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (!selectors.length)
    return [...errors, field.required(at, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  return [...errors, ...foundIn(selectors, (selector, i) => validateSelector(selector, at.index(i), release))];
}

function validateSelector(selector: metav1.LabelSelector, path: Path, release: Release): FieldError[] {
  const errors = validateLabelSelector(selector, path, release);
  if (!errors.length && readSelector(selector)) return [];
  // The selector that cannot be made of it is what is shown.
  return [...errors, field.invalid(path, 'null', 'invalid label selector.')];
}

/** clusterRole declares ClusterRole. */
export const clusterRole = defineKind<rbacv1.ClusterRole>({
  resource: ClusterRoles,
  versions: rbacVersions('ClusterRole'),
  nameRule: 'pathSegment',
  strategy: plainStrategy<rbacv1.ClusterRole>(validateClusterRole, {
    metadataChecks: { update: ['whole', asNew(validateClusterRole), 'whole', asNew(validateClusterRole), 'change'] },
    allowCreateOnUpdate: true,
    validateUpdate: () => [],
  }),
});
