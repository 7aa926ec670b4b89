import type { admissionregistrationv1 } from '@navarch/api';
import { field, foundIn, isPathSegmentName, type FieldError, type Path } from '@navarch/apimachinery';
import { each, oneOf, type Release } from '../../../shared/errors';
import { validateLabelSelector } from '../../../shared/label-validation';
import { validateRule } from './webhooks';

type MatchResources = admissionregistrationv1.MatchResources;

/** defaultMatchResources completes what an admission policy applies to, in place. */
export function defaultMatchResources(match: MatchResources | undefined): void {
  if (!match) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) rule.scope ??= '*';
}

/** validateMatchResources checks what an admission policy applies to. */
export function validateMatchResources(match: MatchResources, path: Path, release: Release): FieldError[] {
  return [
    ...(match.matchPolicy === undefined
      ? []
      : oneOf(path.child('matchPolicy'), match.matchPolicy, ['Equivalent', 'Exact'])),
    ...validateLabelSelector(match.namespaceSelector, path.child('namespaceSelector'), release),
    ...validateLabelSelector(match.objectSelector, path.child('objectSelector'), release),
    ...foundIn(match.resourceRules, (rule, i) => validateNamedRule(rule, path.child('resourceRules').index(i))),
    ...foundIn(match.excludeResourceRules, (rule, i) =>
      validateNamedRule(rule, path.child('excludeResourceRules').index(i)),
    ),
  ];
}

function validateNamedRule(rule: admissionregistrationv1.NamedRuleWithOperations, path: Path): FieldError[] {
  const seen = new Set<string>();
  const errors = foundIn(rule.resourceNames, (name, i) => {
    const at = path.child('resourceNames').index(i);
    const own = each(at, name, isPathSegmentName(name));
    if (seen.has(name)) own.push(field.duplicate(at, name));
    seen.add(name);
    return own;
  });
  return [...errors, ...validateRule(rule, path)];
}
