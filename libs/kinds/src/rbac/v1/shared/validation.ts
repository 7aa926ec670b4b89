import type { rbacv1 } from '@navarch/api';
import { field, foundIn, isDNS1123Subdomain, isPathSegmentName, Path, type FieldError } from '@navarch/apimachinery';
import { semanticEqual } from '../../../shared/equal';
import { each, invalidStruct } from '../../../shared/errors';
import { goStrings } from '../../../shared/go-syntax';
import { goStruct } from '../../../shared/go-struct';

/** RBAC_GROUP is the API group of roles, and of users and groups as subjects. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** validateRules checks the rules of a role; those of a namespaced one name resources only. */
export function validateRules(rules: readonly rbacv1.PolicyRule[] | undefined, namespaced: boolean): FieldError[] {
  return foundIn(rules, (rule, i) => validateRule(rule, namespaced, Path.at('rules').index(i)));
}

function validateRule(rule: rbacv1.PolicyRule, namespaced: boolean, path: Path): FieldError[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const errors = verbs?.length ? [] : [field.required(path.child('verbs'), 'verbs must contain at least one value')];
  if (nonResourceURLs.length) {
    const refuse = (detail: string) =>
      errors.push(invalidStruct(path.child('nonResourceURLs'), goStrings(nonResourceURLs), detail));
    if (namespaced) refuse('namespaced rules cannot apply to non-resource URLs');
    if (apiGroups.length || resources.length || resourceNames.length)
      refuse('rules cannot apply to both regular resources and non-resource URLs');
    return errors;
  }
  if (!apiGroups.length)
    errors.push(field.required(path.child('apiGroups'), 'resource rules must supply at least one api group'));
  if (!resources.length)
    errors.push(field.required(path.child('resources'), 'resource rules must supply at least one resource'));
  return errors;
}

type Binding = rbacv1.RoleBinding | rbacv1.ClusterRoleBinding;

/** validateBinding checks role and subjects; `kinds` are the roles that may be bound. */
export function validateBinding({ roleRef, subjects }: Binding, kinds: readonly string[]): FieldError[] {
  const at = Path.at('roleRef');
  const { apiGroup, kind, name } = roleRef ?? ({} as rbacv1.RoleRef);
  const errors: FieldError[] = [];
  if (apiGroup !== RBAC_GROUP) errors.push(field.notSupported(at.child('apiGroup'), apiGroup, [RBAC_GROUP]));
  if (!kinds.includes(kind)) errors.push(field.notSupported(at.child('kind'), kind, kinds));
  errors.push(...(name ? each(at.child('name'), name, isPathSegmentName(name)) : [field.required(at.child('name'))]));
  const namespaced = kinds.includes('Role');
  return [
    ...errors,
    ...foundIn(subjects, (subject, i) => validateSubject(subject, namespaced, Path.at('subjects').index(i))),
  ];
}

function validateSubject(
  { kind, name, namespace, apiGroup = '' }: rbacv1.Subject,
  namespaced: boolean,
  path: Path,
): FieldError[] {
  const errors = name ? [] : [field.required(path.child('name'))];
  const group = (wanted: string) =>
    apiGroup === wanted ? [] : [field.notSupported(path.child('apiGroup'), apiGroup, [wanted])];
  switch (kind) {
    case 'ServiceAccount':
      return [
        ...errors,
        ...(name ? each(path.child('name'), name, isDNS1123Subdomain(name)) : []),
        ...group(''),
        ...(namespace || namespaced ? [] : [field.required(path.child('namespace'))]),
      ];
    case 'User':
    case 'Group':
      return [...errors, ...group(RBAC_GROUP)];
    default:
      return [...errors, field.notSupported(path.child('kind'), kind, ['ServiceAccount', 'User', 'Group'])];
  }
}

/** validateRoleRefUnchanged: whoever may change subjects must not be able to change what they get. */
export function validateRoleRefUnchanged({ roleRef: ref }: Binding, { roleRef: old }: Binding): FieldError[] {
  if (semanticEqual(ref, old)) return [];
  return [invalidStruct(Path.at('roleRef'), goStruct('rbac.RoleRef', ref), 'cannot change roleRef')];
}
