import type { corev1 } from '@navarch/api';

/** matchesScopes: all scopes and scope selectors of a quota hold for the pod. */
export function matchesScopes(spec: corev1.ResourceQuotaSpec | undefined, pod: corev1.Pod): boolean {
  return requirementsOf(spec).every(requirement => holds(requirement, pod));
}

/** hasScopes: a quota with scopes counts pods only, all else as nothing. */
export function hasScopes(spec: corev1.ResourceQuotaSpec | undefined): boolean {
  return requirementsOf(spec).length > 0;
}

function requirementsOf(spec: corev1.ResourceQuotaSpec | undefined): corev1.ScopedResourceSelectorRequirement[] {
  const plain = (spec?.scopes ?? []).map(scopeName => ({ scopeName, operator: 'Exists' }));
  return [...plain, ...(spec?.scopeSelector?.matchExpressions ?? [])];
}

function holds(
  { scopeName, operator, values = [] }: corev1.ScopedResourceSelectorRequirement,
  { spec }: corev1.Pod,
): boolean {
  switch (scopeName) {
    case 'Terminating':
      return isBounded(spec);
    case 'NotTerminating':
      return !isBounded(spec);
    case 'BestEffort':
      return isBestEffort(spec);
    case 'NotBestEffort':
      return !isBestEffort(spec);
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(spec?.affinity);
    case 'PriorityClass':
      return selects(operator, values, spec?.priorityClassName ?? '');
    default:
      return false;
  }
}

function selects(operator: string, values: readonly string[], name: string): boolean {
  switch (operator) {
    case 'In':
      return values.includes(name);
    case 'NotIn':
      return !values.includes(name);
    case 'Exists':
      return name !== '';
    case 'DoesNotExist':
      return name === '';
    default:
      return false;
  }
}

const isBounded = (spec: corev1.PodSpec | undefined) => (spec?.activeDeadlineSeconds ?? -1) >= 0;

/** isBestEffort: no container asks for CPU or memory, and none is limited in them. */
function isBestEffort(spec: corev1.PodSpec | undefined): boolean {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].every(({ resources }) =>
    [resources?.requests, resources?.limits].every(list => !list?.cpu && !list?.memory),
  );
}

function crossesNamespaces(affinity: corev1.Affinity | undefined): boolean {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some(one =>
    [
      ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
    ].some(({ namespaces, namespaceSelector }) => !!namespaces?.length || namespaceSelector !== undefined),
  );
}
