import type { admissionregistrationv1 } from '@navarch/api';
import type { FieldError, Path } from '@navarch/apimachinery';
import { oneOf, type Release } from '../../../shared/errors';
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
    ...(match.resourceRules ?? []).flatMap((rule, i) => validateRule(rule, path.child('resourceRules').index(i))),
    ...(match.excludeResourceRules ?? []).flatMap((rule, i) =>
      validateRule(rule, path.child('excludeResourceRules').index(i)),
    ),
  ];
}
