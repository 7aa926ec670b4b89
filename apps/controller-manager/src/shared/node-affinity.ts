import type { corev1 } from '@navarch/api';

/** matchesNode: the pod's node selector and its required node affinity allow the node. Terms are alternatives, conditions of one all hold. */
export function matchesNode(spec: corev1.PodSpec | undefined, node: corev1.Node): boolean {
  const labels = node.metadata?.labels ?? {};
  if (!Object.entries(spec?.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some(term => matchesTerm(term, node));
}

function matchesTerm({ matchExpressions = [], matchFields = [] }: corev1.NodeSelectorTerm, node: corev1.Node): boolean {
  if (!matchExpressions.length && !matchFields.length) return false;
  const labels = node.metadata?.labels ?? {};
  const fields: Record<string, string | undefined> = { 'metadata.name': node.metadata?.name };
  return matchExpressions.every(e => matches(e, labels[e.key])) && matchFields.every(e => matches(e, fields[e.key]));
}

function matches({ operator, values = [] }: corev1.NodeSelectorRequirement, value: string | undefined): boolean {
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
      if (value === undefined || !/^[+-]?\d+$/.test(value) || !/^[+-]?\d+$/.test(values[0] ?? '')) return false;
      const [actual, bound] = [BigInt(value), BigInt(values[0]!)];
      return operator === 'Gt' ? actual > bound : actual < bound;
    }
    default:
      return false;
  }
}

/** pinnedTo makes a pod spec that only the named node satisfies, besides what it asked for itself. */
export function pinnedTo(spec: corev1.PodSpec, node: string): corev1.PodSpec {
  const field = { key: 'metadata.name', operator: 'In', values: [node] };
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms.length ? required.nodeSelectorTerms : [{}];
  const nodeSelectorTerms = terms.map(term => ({ ...term, matchFields: [field] }));
  const nodeAffinity = {
    ...spec.affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
  };
  return { ...spec, affinity: { ...spec.affinity, nodeAffinity } };
}

/** nodeOf is the node that a pod is on, or is pinned to. */
export function nodeOf(pod: corev1.Pod): string | undefined {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const terms =
    pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const { matchFields = [] } of terms) {
    const found = matchFields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
    if (found?.values?.length === 1) return found.values[0];
  }
  return undefined;
}
