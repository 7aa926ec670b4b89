import type { corev1 } from '@navarch/api';

export const INDEX = 'batch.kubernetes.io/job-completion-index';

/** parseIndexes reads `0-2,5`. What cannot be read is left out: the text is a status, written by us. */
export function parseIndexes(text: string | undefined): Set<number> {
  const indexes = new Set<number>();
  for (const part of text ? text.split(',') : []) {
    const [first, last = first] = part.split('-').map(Number);
    if (!Number.isInteger(first) || !Number.isInteger(last)) continue;
    for (let i = first!; i <= last!; i++) indexes.add(i);
  }
  return indexes;
}

/** renderIndexes writes what parseIndexes reads: sorted, three or more in a row (and pairs) as a range. */
export function renderIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length;) {
    let end = i;
    while (sorted[end + 1] === sorted[end]! + 1) end++;
    parts.push(end === i ? `${sorted[i]}` : `${sorted[i]}-${sorted[end]}`);
    i = end + 1;
  }
  return parts.join(',');
}

/** indexOf is a pod's completion index; undefined if it has none. */
export function indexOf(pod: corev1.Pod): number | undefined {
  const text = pod.metadata?.annotations?.[INDEX];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** withIndex gives a new pod its completion index: annotation, label, name, host name and environment. */
export function withIndex(pod: corev1.Pod, job: string, index: number): corev1.Pod {
  const value = String(index);
  const env = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } } };
  const withEnv = (container: corev1.Container): corev1.Container =>
    container.env?.some(known => known.name === env.name)
      ? container
      : { ...container, env: [...(container.env ?? []), env] };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: `${job}-${index}-`,
      annotations: { ...pod.metadata?.annotations, [INDEX]: value },
      labels: { ...pod.metadata?.labels, [INDEX]: value },
    },
    spec: {
      ...pod.spec!,
      hostname: pod.spec?.hostname ?? `${job}-${index}`,
      containers: pod.spec!.containers.map(withEnv),
      ...(pod.spec?.initContainers && { initContainers: pod.spec.initContainers.map(withEnv) }),
    },
  };
}
