import type { corev1 } from '@navarch/api';
import type { Headroom } from './machine';

/** ConditionFacts are what the node's conditions follow from. */
export interface ConditionFacts {
  readonly headroom: Headroom;
  /** notReady are the reasons why pods cannot run here; none: Ready. */
  readonly notReady: readonly string[];
}

/** Hard eviction thresholds, upstream's defaults. */
export const MEMORY_THRESHOLD_BYTES = 100 * 2 ** 20;
const DISK_THRESHOLD = 0.1;
const INODE_THRESHOLD = 0.05;
const PID_THRESHOLD = 0.02;

type Condition = Pick<corev1.NodeCondition, 'type' | 'status'> & { reason: string; message: string };

/** nodeConditions are the node's conditions, without times, in upstream's order and words. */
export function nodeConditions({ headroom, notReady }: ConditionFacts): readonly Condition[] {
  const memory = headroom.memoryAvailableBytes < MEMORY_THRESHOLD_BYTES;
  const disk = headroom.diskAvailableShare < DISK_THRESHOLD || headroom.inodesFreeShare < INODE_THRESHOLD;
  const pid = headroom.pidsFreeShare < PID_THRESHOLD;
  return [
    memory
      ? yes('MemoryPressure', 'KubeletHasInsufficientMemory', 'kubelet has insufficient memory available')
      : no('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    disk
      ? yes('DiskPressure', 'KubeletHasDiskPressure', 'kubelet has disk pressure')
      : no('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    pid
      ? yes('PIDPressure', 'KubeletHasInsufficientPID', 'kubelet has insufficient PID available')
      : no('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    notReady.length
      ? no('Ready', 'KubeletNotReady', notReady.length > 1 ? `[${notReady.join(', ')}]` : notReady[0]!)
      : yes('Ready', 'KubeletReady', 'kubelet is posting ready status'),
  ];
}

const yes = (type: string, reason: string, message: string): Condition => ({ type, status: 'True', reason, message });
const no = (type: string, reason: string, message: string): Condition => ({ type, status: 'False', reason, message });

/** timed gives conditions their times: the heartbeat is now, the transition kept where the status has not changed. */
export function timed(
  conditions: readonly Condition[],
  before: readonly corev1.NodeCondition[],
  now: string,
): corev1.NodeCondition[] {
  return conditions.map(({ type, status, reason, message }) => {
    const old = before.find(condition => condition.type === type);
    const lastTransitionTime = old?.status === status && old.lastTransitionTime ? old.lastTransitionTime : now;
    return { type, status, lastHeartbeatTime: now, lastTransitionTime, reason, message };
  });
}

/** runtimeProblems are what the runtime's own conditions say against readiness, in upstream's words. */
export function runtimeProblems(
  conditions:
    | readonly { readonly type: string; readonly status: boolean; readonly reason: string; readonly message: string }[]
    | undefined,
): { readonly runtime?: string; readonly network?: string } {
  if (!conditions) return { runtime: 'container runtime is down' };
  const say = (type: string) => {
    const found = conditions.find(condition => condition.type === type);
    if (found?.status) return undefined;
    return `${type}=false reason:${found?.reason ?? ''} message:${found?.message ?? ''}`;
  };
  const [runtime, network] = [say('RuntimeReady'), say('NetworkReady')];
  return {
    ...(runtime && { runtime: `container runtime not ready: ${runtime}` }),
    ...(network && { network: `container runtime network not ready: ${network}` }),
  };
}
