import type { corev1 } from '@navarch/api';
import type { Amounts } from '@navarch/component-helpers';
import type { Fields } from '../../config-files/fields';
import { holds } from './scopes';
import type { QuotaSubject } from './usage';

/** LimitedResource is a resource that is not used in a namespace without a quota for it. */
export interface LimitedResource {
  readonly group: string;
  readonly resource: string;
  /** contains: what uses up something whose name contains one of these, `*.storageclass.…/requests.storage` for one. */
  readonly contains: readonly string[];
  /** scopes: pods that one of these scopes is about. */
  readonly scopes: readonly corev1.ScopedResourceSelectorRequirement[];
}

/** readLimitedResources reads the configuration of ResourceQuota. */
export function readLimitedResources(fields: Fields): LimitedResource[] {
  fields.oneOf('kind', ['Configuration', 'ResourceQuotaConfiguration']);
  const known = ['v1alpha1', 'v1beta1'].map(version => `resourcequota.admission.k8s.io/${version}`);
  fields.oneOf('apiVersion', [...known, 'apiserver.config.k8s.io/v1']);
  return fields.objects('limitedResources').map(limited => {
    const read = {
      group: limited.text('apiGroup'),
      resource: limited.required('resource'),
      contains: limited.texts('matchContains'),
      scopes: limited.objects('matchScopes').map(scope => {
        const operator = scope.oneOf('operator', ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const);
        const requirement = { scopeName: scope.required('scopeName'), operator, values: [...scope.texts('values')] };
        scope.end();
        return requirement;
      }),
    };
    limited.end();
    return read;
  });
}

/** uncovered says why a write may not happen for want of a quota: none of these limits what it uses; undefined if it may. Pure. */
export function uncovered(
  limited: readonly LimitedResource[],
  { group, resource, object }: QuotaSubject,
  delta: Amounts,
  quotas: readonly corev1.ResourceQuota[],
): string | undefined {
  const own = limited.filter(one => one.group === group && one.resource === resource);
  if (!own.length) return undefined;
  const covered = new Set(quotas.flatMap(quota => Object.keys(quota.status?.hard ?? {})));
  const used = [...delta].filter(([, amount]) => amount.sign() > 0).map(([name]) => name);
  const names = used.filter(name => own.some(one => one.contains.some(part => name.includes(part))));
  const missing = names.filter(name => !covered.has(name)).sort();
  if (missing.length) return `insufficient quota to consume: ${missing.join(',')}`;
  if (group || resource !== 'pods') return undefined;
  const scopes = own.flatMap(one => one.scopes).filter(scope => holds(scope, object as corev1.Pod));
  const open = scopes.filter(scope => !quotas.some(quota => hasScope(quota, scope.scopeName)));
  if (!open.length) return undefined;
  const show = ({ scopeName, operator, values = [] }: (typeof open)[number]) =>
    `{${scopeName} ${operator} [${values.join(' ')}]}`;
  return `insufficient quota to match these scopes: [${open.map(show).join(' ')}]`;
}

function hasScope({ spec }: corev1.ResourceQuota, scope: string): boolean {
  return (
    !!spec?.scopes?.includes(scope) ||
    !!spec?.scopeSelector?.matchExpressions?.some(({ scopeName }) => scopeName === scope)
  );
}
