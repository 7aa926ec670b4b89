import type { corev1 } from '@navarch/api';
import { amountsOf, renderAmounts, type Amounts } from '@navarch/component-helpers';

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** applyDefaults fills in the containers' requests and limits that a LimitRange has defaults for, and notes that in an annotation. In place. */
export function applyDefaults(pod: corev1.Pod, range: corev1.LimitRange): void {
  const { requests, limits } = containerDefaults(range);
  if (!requests.size && !limits.size) return;
  const notes: string[] = [];
  for (const [containers, what] of [
    [pod.spec?.containers, 'container'],
    [pod.spec?.initContainers, 'init container'],
  ] as const) {
    for (const container of containers ?? []) notes.push(...fill(container, what, requests, limits));
  }
  if (!notes.length) return;
  pod.metadata!.annotations = {
    ...pod.metadata!.annotations,
    [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}`,
  };
}

/** containerDefaults are a LimitRange's defaults for containers: the last one of each resource wins. */
export function containerDefaults(range: corev1.LimitRange): { requests: Amounts; limits: Amounts } {
  const items = (range.spec?.limits ?? []).filter(item => item.type === 'Container');
  return {
    requests: new Map(items.flatMap(item => [...amountsOf(item.defaultRequest)])),
    limits: new Map(items.flatMap(item => [...amountsOf(item.default)])),
  };
}

function fill(container: corev1.Container, what: string, requests: Amounts, limits: Amounts): string[] {
  const resources = (container.resources ??= {});
  const notes: string[] = [];
  for (const [which, defaults] of [
    ['requests', requests],
    ['limits', limits],
  ] as const) {
    const missing = [...defaults.keys()].filter(name => resources[which]?.[name] === undefined).sort();
    if (!missing.length) continue;
    const added = new Map(missing.map(name => [name, defaults.get(name)!]));
    resources[which] = { ...resources[which], ...renderAmounts(added) };
    notes.push(`${missing.join(', ')} ${which.slice(0, -1)} for ${what} ${container.name}`);
  }
  return notes;
}
