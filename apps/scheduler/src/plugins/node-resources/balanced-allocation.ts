import { MAX_NODE_SCORE, type NodeInfo, type Plugin, type PodInfo } from '@navarch/scheduler-framework';

/** balancedAllocation prefers nodes whose CPU and memory would be used to like shares. */
export const balancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  events: [],
  score: (_state, pod, node) => balance(pod, node),
};

/** balance is 100 less the standard deviation of the used shares, in percent. Pure. */
export function balance({ requests }: PodInfo, { requested, allocatable }: NodeInfo): number {
  const share = (used: number, all: number) => (all ? Math.min(1, used / all) : 1);
  const cpu = share(requested.milliCPU + requests.milliCPU, allocatable.milliCPU);
  const memory = share(requested.memory + requests.memory, allocatable.memory);
  // Of two numbers, the standard deviation is half their distance.
  return Math.floor((1 - Math.abs(cpu - memory) / 2) * MAX_NODE_SCORE);
}
