import type { corev1 } from '@navarch/api';

/** scopesMatch tells whether a quota is about this pod: all its scopes and scope selectors hold. Quotas without scopes are about all. Pure. */
export function scopesMatch(spec: corev1.ResourceQuotaSpec | undefined, pod: corev1.Pod): boolean {
  const plain = (spec?.scopes ?? []).map(scopeName => ({ scopeName, operator: 'Exists', values: [] as string[] }));
  const selected = spec?.scopeSelector?.matchExpressions ?? [];
  return [...plain, ...selected].every(requirement => holds(requirement, pod));
}

/** hasScopes: a quota with scopes is about pods only. */
export function hasScopes(spec: corev1.ResourceQuotaSpec | undefined): boolean {
  return !!spec?.scopes?.length || !!spec?.scopeSelector?.matchExpressions?.length;
}

/** holds tells whether a scope is about a pod. Pure. */
export function holds(
  { scopeName, operator, values = [] }: corev1.ScopedResourceSelectorRequirement,
  pod: corev1.Pod,
): boolean {
  const { spec } = pod;
  switch (scopeName) {
    case 'Terminating':
      return spec?.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;
    case 'NotTerminating':
      return spec?.activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass': {
      const name = spec?.priorityClassName ?? '';
      switch (operator) {
        case 'In':
          return values.includes(name);
        case 'NotIn':
          return !values.includes(name);
        case 'DoesNotExist':
          return !name;
        default:
          return !!name;
      }
    }
    case 'CrossNamespacePodAffinity':
      return usesOtherNamespaces(spec?.affinity);
    default:
      return false;
  }
}

/** isBestEffort: no container asks for or is limited in CPU or memory. */
export function isBestEffort({ spec }: corev1.Pod): boolean {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].every(({ resources }) =>
    [resources?.requests, resources?.limits].every(list => !list?.cpu && !list?.memory),
  );
}

function usesOtherNamespaces(affinity: corev1.Affinity | undefined): boolean {
  const terms = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap(one => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(weighted => weighted.podAffinityTerm),
  ]);
  return terms.some(term => !!term?.namespaces?.length || term?.namespaceSelector !== undefined);
}
