import type { corev1 } from '@navarch/api';
import { field, foundIn, Path, type FieldError } from '@navarch/apimachinery';
import type { Minor } from '../../../kind';
import { IMMUTABLE, invalidStruct, type Release } from '../../../shared/errors';
import { semanticEqual } from '../../../shared/equal';
import { isStandardQuotaResource } from '../../../shared/resource-names';
import { validateQuantity, validateResourceName } from '../pod/validation/resources';
import { goStruct } from '../../../shared/go-struct';
import { goStrings } from '../../../shared/go-syntax';

const SPEC = Path.at('spec');
const CROSS_NAMESPACE = 'CrossNamespacePodAffinity';
const SCOPES = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass', CROSS_NAMESPACE];
/** PLAIN are the scopes that a pod is in or not, whatever the values. */
const PLAIN_NAMES = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort'];
const PLAIN = [...PLAIN_NAMES, CROSS_NAMESPACE];
const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;
/** WORDED is the first release that names the operator as it is written. */
const WORDED: Minor = 33;
const COMPUTE = new Set(['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']);

/** validateQuota checks names, amounts and scopes. */
export function validateQuota({ spec = {} }: corev1.ResourceQuota, release: Release): FieldError[] {
  return [
    ...validateAmounts(spec.hard, SPEC.child('hard')),
    ...validateScopes(spec, release),
    ...validateSelector(spec, release),
  ];
}

function validateAmounts(amounts: Readonly<Record<string, string>> | undefined, path: Path): FieldError[] {
  return foundIn(Object.entries(amounts ?? {}), ([name, amount]) => [
    ...validateName(name, path.key(name)),
    ...validateQuantity(name, amount, path.key(name)),
  ]);
}

function validateName(name: string, path: Path): FieldError[] {
  const errors = validateResourceName(name, path);
  if (name.includes('/') || isStandardQuotaResource(name)) return errors;
  return [...errors, field.invalid(path, name, 'must be a standard resource for quota')];
}

const isKnown = (scope: string, { emulated }: Release) =>
  SCOPES.includes(scope) && (scope !== CROSS_NAMESPACE || emulated >= 22);

/** misapplied are the standard resources of a quota that pods of this scope do not use up. */
function misapplied(scope: string, { hard = {} }: corev1.ResourceQuotaSpec): string[] {
  if (!SCOPES.includes(scope)) return [];
  const counts = (name: string) => name === 'pods' || (scope !== 'BestEffort' && COMPUTE.has(name));
  return Object.keys(hard).filter(name => isStandardQuotaResource(name) && !counts(name));
}

const conflicts = (scopes: readonly string[]) => OPPOSITES.filter(pair => pair.every(scope => scopes.includes(scope)));

function validateScopes(spec: corev1.ResourceQuotaSpec, release: Release): FieldError[] {
  const { scopes = [] } = spec;
  const complain = (detail: string) =>
    invalidStruct(SPEC.child('scopes'), goStrings(scopes, 'core.ResourceQuotaScope'), detail);
  return [
    ...foundIn(scopes, scope => [
      ...(isKnown(scope, release) ? [] : [complain('unsupported scope')]),
      ...misapplied(scope, spec).map(() => complain('unsupported scope applied to resource')),
    ]),
    ...conflicts(scopes).map(() => complain('conflicting scopes')),
  ];
}

function validateSelector(spec: corev1.ResourceQuotaSpec, release: Release): FieldError[] {
  const requirements = spec.scopeSelector?.matchExpressions ?? [];
  const path = SPEC.child('scopeSelector', 'matchExpressions');
  const errors = foundIn(requirements, requirement => [
    ...(isKnown(requirement.scopeName, release)
      ? []
      : [field.invalid(path.child('scopeName'), requirement.scopeName, 'unsupported scope')]),
    ...misapplied(requirement.scopeName, spec).map(() =>
      invalidStruct(
        path,
        goStruct('core.ScopeSelector', { matchExpressions: requirements }),
        'unsupported scope applied to resource',
      ),
    ),
    ...validateRequirement(requirement, path, release),
  ]);
  const { scopes } = spec;
  const conflicting = conflicts(requirements.map(r => r.scopeName));
  return [
    ...errors,
    ...conflicting.map(() => invalidStruct(path, goStrings(scopes, 'core.ResourceQuotaScope'), 'conflicting scopes')),
  ];
}

function validateRequirement(
  { scopeName, operator, values = [] }: corev1.ScopedResourceSelectorRequirement,
  path: Path,
  release: Release,
): FieldError[] {
  const errors: FieldError[] = [];
  const at = path.child('values');
  if (PLAIN.includes(scopeName) && operator !== 'Exists') {
    const scopes = [...PLAIN_NAMES, ...(isKnown(CROSS_NAMESPACE, release) ? [CROSS_NAMESPACE] : [])];
    const named = scopes.map(name => `ResourceQuotaScope${name}`);
    const last = named.pop();
    const all = `${named.join(', ')} ${isKnown(CROSS_NAMESPACE, release) ? 'or' : 'and'} ${last}`;
    const must = release.emulated < WORDED ? "'Exist' only operator when scope" : "'Exists' when scope";
    errors.push(field.invalid(path.child('operator'), operator ?? '', `must be ${must} is any of ${all}`));
  }
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (!values.length)
        errors.push(
          field.required(at, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"),
        );
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length) {
        const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
        errors.push(invalidStruct(at, goStrings(values), detail));
      }
      break;
    default:
      errors.push(field.invalid(path.child('operator'), operator, 'not a valid selector operator'));
  }
  return errors;
}

/** validateQuotaUpdate: the scopes are fixed. */
export function validateQuotaUpdate(
  quota: corev1.ResourceQuota,
  old: corev1.ResourceQuota,
  release: Release,
): FieldError[] {
  const errors = validateQuota(quota, release);
  const scopes = (object: corev1.ResourceQuota) => [...new Set(object.spec?.scopes)].sort();
  if (!semanticEqual(scopes(quota), scopes(old))) {
    const given = quota.spec?.scopes;
    const go = goStrings(given, 'core.ResourceQuotaScope');
    errors.push(invalidStruct(SPEC.child('scopes'), go, IMMUTABLE));
  }
  return errors;
}

/** validateQuotaStatus checks names and amounts of what is allowed and used. */
export function validateQuotaStatus({ status = {} }: corev1.ResourceQuota, _old: corev1.ResourceQuota): FieldError[] {
  return foundIn(['hard', 'used'] as const, name => validateAmounts(status[name], Path.at('status', name)));
}
