import type { corev1 } from '@navarch/api';
import { field, isQualifiedName, Path, type FieldError } from '@navarch/apimachinery';
import { each, invalidStruct, type Release } from '../../../shared/errors';
import { semanticEqual } from '../../../shared/equal';
import { goStrings } from '../../../shared/go-syntax';
import { validateQuantity } from '../pod/validation/resources';

const SPEC = Path.at('spec');
const SCOPES = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
];
const OPPOSITES = [
  ['Terminating', 'NotTerminating'],
  ['BestEffort', 'NotBestEffort'],
] as const;
const STANDARD = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]);

/** validateQuota checks names, amounts and scopes. */
export function validateQuota({ spec = {} }: corev1.ResourceQuota, release: Release): FieldError[] {
  const hard = SPEC.child('hard');
  const errors = Object.entries(spec.hard ?? {}).flatMap(([name, amount]) => [
    ...validateName(name, hard.key(name)),
    ...validateQuantity(name, amount, hard.key(name), release),
  ]);
  const { scopes = [] } = spec;
  const at = SPEC.child('scopes');
  const complain = (detail: string) =>
    errors.push(invalidStruct(at, scopes, goStrings(scopes, 'core.ResourceQuotaScope'), detail, release));
  for (const scope of scopes) {
    if (!SCOPES.includes(scope)) complain('unsupported scope');
  }
  for (const pair of OPPOSITES) {
    if (pair.every(scope => scopes.includes(scope))) complain('conflicting scopes');
  }
  return errors;
}

function validateName(name: string, path: Path): FieldError[] {
  const errors = each(path, name, isQualifiedName(name));
  if (errors.length || name.includes('/') || STANDARD.has(name) || /^(requests\.)?hugepages-/.test(name)) return errors;
  return [field.invalid(path, name, 'must be a standard resource type or fully qualified')];
}

/** validateQuotaUpdate: the scopes are fixed. */
export function validateQuotaUpdate(
  quota: corev1.ResourceQuota,
  old: corev1.ResourceQuota,
  release: Release,
): FieldError[] {
  const errors = validateQuota(quota, release);
  const scopes = (object: corev1.ResourceQuota) => [...(object.spec?.scopes ?? [])].sort();
  if (!semanticEqual(scopes(quota), scopes(old))) {
    const given = quota.spec?.scopes;
    errors.push(
      invalidStruct(
        SPEC.child('scopes'),
        given ?? null,
        goStrings(given, 'core.ResourceQuotaScope'),
        'field is immutable',
        release,
      ),
    );
  }
  return errors;
}
