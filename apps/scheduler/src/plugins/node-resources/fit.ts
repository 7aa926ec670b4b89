import {
  MAX_NODE_SCORE,
  unresolvable,
  unschedulable,
  type NodeInfo,
  type Plugin,
  type PodInfo,
} from '@navarch/scheduler-framework';

/** nodeResourcesFit: the pod's requests fit into what the node's pods leave; the emptier node scores more (LeastAllocated). */
export const nodeResourcesFit: Plugin = {
  name: 'NodeResourcesFit',
  weight: 1,
  events: ['AssignedPodDelete', 'AssignedPodUpdate', 'NodeAdd', 'NodeAllocatable'],
  filter(_state, pod, node) {
    const lacking = insufficientResources(pod, node);
    if (!lacking.length) return undefined;
    const hopeless = lacking.some(l => l.never);
    return (hopeless ? unresolvable : unschedulable)(...lacking.map(l => l.reason));
  },
  score: (_state, pod, node) => leastAllocated(pod, node),
};

interface Lack {
  readonly reason: string;
  /** never: the node could not take the pod even if it were empty. */
  readonly never: boolean;
}

/** insufficientResources lists what the node lacks for the pod. Pure. */
export function insufficientResources({ requests }: PodInfo, node: NodeInfo): Lack[] {
  const lacking: Lack[] = [];
  const check = (name: string, wanted: number, allocatable: number, used: number) => {
    if (wanted > 0 && wanted > allocatable - used)
      lacking.push({ reason: `Insufficient ${name}`, never: wanted > allocatable });
  };
  if (node.pods.size + 1 > node.podCapacity) lacking.push({ reason: 'Too many pods', never: node.podCapacity < 1 });
  check('cpu', requests.milliCPU, node.allocatable.milliCPU, node.requested.milliCPU);
  check('memory', requests.memory, node.allocatable.memory, node.requested.memory);
  check(
    'ephemeral-storage',
    requests.ephemeralStorage,
    node.allocatable.ephemeralStorage,
    node.requested.ephemeralStorage,
  );
  for (const [name, wanted] of requests.scalars) {
    check(name, wanted, node.allocatable.scalars.get(name) ?? 0, node.requested.scalars.get(name) ?? 0);
  }
  return lacking;
}

/** leastAllocated is the mean share of CPU and memory that would stay free, 0 to 100. Pure. */
export function leastAllocated(pod: PodInfo, node: NodeInfo): number {
  const free = (wanted: number, allocatable: number) =>
    !allocatable || wanted > allocatable ? 0 : Math.floor(((allocatable - wanted) * MAX_NODE_SCORE) / allocatable);
  const cpu = free(node.nonZeroRequested.milliCPU + pod.nonZeroRequests.milliCPU, node.allocatable.milliCPU);
  const memory = free(node.nonZeroRequested.memory + pod.nonZeroRequests.memory, node.allocatable.memory);
  return Math.floor((cpu + memory) / 2);
}
