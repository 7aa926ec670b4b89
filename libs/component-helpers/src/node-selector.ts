import type { corev1 } from '@navarch/api';

type Labels = Readonly<Record<string, string>>;

/** matchesNodeSelector: one of the terms matches; a term without requirements matches nothing. Pure. */
export function matchesNodeSelector(terms: readonly corev1.NodeSelectorTerm[], node: corev1.Node): boolean {
  return terms.some(term => matchesTerm(term, node));
}

/** matchesTerm: all the term's expressions and fields match. */
export function matchesTerm(term: corev1.NodeSelectorTerm, node: corev1.Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (!matchExpressions.length && !matchFields.length) return false;
  const fields = { 'metadata.name': node.metadata?.name ?? '' };
  return (
    matchExpressions.every(r => matchesRequirement(r, node.metadata?.labels ?? {})) &&
    matchFields.every(r => matchesRequirement(r, fields))
  );
}

function matchesRequirement({ key, operator, values = [] }: corev1.NodeSelectorRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      if (value === undefined || !/^-?\d+$/.test(value) || !/^-?\d+$/.test(values[0] ?? '')) return false;
      return operator === 'Gt' ? BigInt(value) > BigInt(values[0]!) : BigInt(value) < BigInt(values[0]!);
    }
    default:
      return false;
  }
}

/** requiredNodeMatch: the pod's nodeSelector and its required node affinity both allow the node. */
export function requiredNodeMatch(pod: corev1.Pod, node: corev1.Node): boolean {
  const labels = node.metadata?.labels ?? {};
  const selector = Object.entries(pod.spec?.nodeSelector ?? {});
  if (!selector.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)) return false;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || matchesNodeSelector(required.nodeSelectorTerms, node);
}
