import type { corev1 } from '@navarch/api';

/** MERGES_LABEL_KEYS is the first release in which label keys of affinity do something. */
export const MERGES_LABEL_KEYS = 31;

/** mergeLabelKeys adds to the selectors of a pod's affinity what its label keys stand for, in place: pods with the same values of these labels as its own, or with others. */
export function mergeLabelKeys({ metadata, spec }: corev1.Pod): void {
  const labels = new Map(Object.entries(metadata?.labels ?? {}));
  for (const { labelSelector, matchLabelKeys, mismatchLabelKeys } of affinityTerms(spec)) {
    // Without a selector a term selects nothing.
    if (!labelSelector) continue;
    const requirements = (keys: readonly string[] | undefined, operator: string) =>
      (keys ?? []).filter(key => labels.has(key)).map(key => ({ key, operator, values: [labels.get(key)!] }));
    const added = [...requirements(matchLabelKeys, 'In'), ...requirements(mismatchLabelKeys, 'NotIn')];
    if (added.length) labelSelector.matchExpressions = [...(labelSelector.matchExpressions ?? []), ...added];
  }
}

/** dropLabelKeys removes them where they do nothing, unless the pod had some before. */
export function dropLabelKeys(spec: corev1.PodSpec, old: corev1.PodSpec | undefined): void {
  if (affinityTerms(old).some(term => term.matchLabelKeys ?? term.mismatchLabelKeys)) return;
  for (const term of affinityTerms(spec)) {
    delete term.matchLabelKeys;
    delete term.mismatchLabelKeys;
  }
}

function affinityTerms(spec: corev1.PodSpec | undefined): corev1.PodAffinityTerm[] {
  if (!spec?.affinity) return [];
  return [spec.affinity.podAffinity, spec.affinity.podAntiAffinity].flatMap(affinity => [
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
  ]);
}
