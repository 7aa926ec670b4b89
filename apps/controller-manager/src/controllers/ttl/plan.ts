import type { corev1 } from '@navarch/api';

/** TTL is the annotation that tells a kubelet how many seconds it may use Secrets and ConfigMaps that it has read. */
export const TTL = 'node.alpha.kubernetes.io/ttl';

/**
 * STEPS are the sizes of a cluster with their TTLs: the more nodes, the less often each may ask. The sizes overlap, so that a node
 * that comes and goes does not change all the others.
 */
const STEPS: readonly { readonly fewest: number; readonly most: number; readonly seconds: number }[] = [
  { fewest: 0, most: 100, seconds: 0 },
  { fewest: 90, most: 500, seconds: 15 },
  { fewest: 450, most: 1000, seconds: 30 },
  { fewest: 900, most: 2000, seconds: 60 },
  { fewest: 1800, most: 10_000, seconds: 300 },
  { fewest: 9000, most: Number.POSITIVE_INFINITY, seconds: 600 },
];

/** stepFor is the step for so many nodes, when the cluster has been at `step`. */
export function stepFor(nodes: number, step: number): number {
  while (nodes > STEPS[step]!.most) step++;
  while (nodes < STEPS[step]!.fewest) step--;
  return step;
}

/** secondsOf is a step's TTL. */
export const secondsOf = (step: number): number => STEPS[step]!.seconds;

/** hasTtl: the node says so many seconds already. */
export function hasTtl(node: corev1.Node, seconds: number): boolean {
  const text = node.metadata?.annotations?.[TTL];
  return text !== undefined && /^[+-]?\d+$/.test(text) && Number(text) === seconds;
}
