import type { corev1 } from '@navarch/api';
import { selectorFromLabelSelector } from '@navarch/apimachinery';

/** NamespaceLabels answers a namespace's labels. */
export type NamespaceLabels = (namespace: string) => Readonly<Record<string, string>> | undefined;

/** Term is a pod affinity term made ready: does it speak of this pod? */
export interface Term {
  readonly topologyKey: string;
  matches(pod: corev1.Pod): boolean;
}

/** termOf reads a term that `owner` has: without namespaces or a namespace selector it speaks of the owner's namespace. */
export function termOf(term: corev1.PodAffinityTerm, owner: corev1.Pod, namespaceLabels: NamespaceLabels): Term {
  const selector = selectorFromLabelSelector(withLabelKeys(term, owner));
  const named = new Set(term.namespaces ?? []);
  const byLabels = term.namespaceSelector && selectorFromLabelSelector(term.namespaceSelector);
  if (!named.size && !byLabels) named.add(owner.metadata?.namespace ?? '');
  return {
    topologyKey: term.topologyKey,
    matches(pod) {
      const namespace = pod.metadata?.namespace ?? '';
      const speaksOf = named.has(namespace) || (byLabels?.matches(namespaceLabels(namespace)) ?? false);
      return speaksOf && selector.matches(pod.metadata?.labels);
    },
  };
}

/** withLabelKeys adds the owner's own values of matchLabelKeys, and excludes those of mismatchLabelKeys. */
function withLabelKeys(
  { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: corev1.PodAffinityTerm,
  owner: corev1.Pod,
) {
  const own = owner.metadata?.labels ?? {};
  const expression = (operator: string) => (key: string) => ({ key, operator, values: [own[key]!] });
  const has = (key: string) => key in own;
  const added = [
    ...matchLabelKeys.filter(has).map(expression('In')),
    ...mismatchLabelKeys.filter(has).map(expression('NotIn')),
  ];
  if (!labelSelector || !added.length) return labelSelector;
  return { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...added] };
}
