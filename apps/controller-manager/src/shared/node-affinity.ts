import type { corev1 } from '@navarch/api';

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
