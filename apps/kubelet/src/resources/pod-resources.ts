import type { corev1 } from '@navarch/api';
import { milliValue, wholeValue } from './quantity';

/** Amounts of each resource: cpu in thousandths, everything else in its own unit. */
export type Amounts = ReadonlyMap<string, number>;

/** amounts reads a resource list. */
export function amounts(list: Readonly<Record<string, string>> | undefined): Map<string, number> {
  return new Map(Object.entries(list ?? {}).map(([name, q]) => [name, name === 'cpu' ? milliValue(q) : wholeValue(q)]));
}

function add(into: Map<string, number>, more: Amounts): void {
  for (const [name, value] of more) into.set(name, (into.get(name) ?? 0) + value);
}
function atLeast(into: Map<string, number>, least: Amounts): void {
  for (const [name, value] of least) into.set(name, Math.max(into.get(name) ?? 0, value));
}

/**
 * podAmounts is what a pod needs at once: its containers together with its sidecars, or an init container with the sidecars started before
 * it, whichever is more; plus overhead. `which` chooses requests or limits.
 */
export function podAmounts(spec: corev1.PodSpec, which: 'requests' | 'limits'): Map<string, number> {
  const total = new Map<string, number>();
  for (const container of spec.containers) add(total, amounts(container.resources?.[which]));
  const sidecars = new Map<string, number>();
  const peak = new Map<string, number>();
  for (const container of spec.initContainers ?? []) {
    const own = amounts(container.resources?.[which]);
    const together = new Map(sidecars);
    add(together, own);
    atLeast(peak, together);
    if (container.restartPolicy === 'Always') {
      add(sidecars, own);
      add(total, own);
    }
  }
  atLeast(total, peak);
  for (const [name, value] of amounts(spec.resources?.[which])) total.set(name, value);
  if (spec.overhead)
    add(total, which === 'requests' ? amounts(spec.overhead) : onlyNamed(amounts(spec.overhead), total));
  return total;
}

function onlyNamed(overhead: Amounts, named: Amounts): Amounts {
  return new Map([...overhead].filter(([name]) => named.has(name)));
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** qosClass is the pod's quality of service: by cpu and memory of all its containers, init containers too. */
export function qosClass(spec: corev1.PodSpec): QosClass {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const positive = (list: Readonly<Record<string, string>> | undefined) =>
    new Map([...amounts(list)].filter(([name, value]) => (name === 'cpu' || name === 'memory') && value > 0));
  const all = containers.map(c => ({
    requests: positive(c.resources?.requests),
    limits: positive(c.resources?.limits),
  }));
  if (all.every(({ requests, limits }) => requests.size === 0 && limits.size === 0)) return 'BestEffort';
  const guaranteed = all.every(
    ({ requests, limits }) =>
      limits.size === 2 &&
      ['cpu', 'memory'].every(name => (requests.get(name) ?? limits.get(name)) === limits.get(name)),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
