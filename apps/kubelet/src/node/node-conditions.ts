import type { corev1 } from '@navarch/api';
import type { Pressure } from '../eviction/thresholds';

/** ConditionFacts are what the node's conditions follow from. */
export interface ConditionFacts {
  /** pressures are those the node is under. */
  readonly pressures: ReadonlySet<Pressure>;
  /** notReady are the reasons why pods cannot run here; none: Ready. */
  readonly notReady: readonly string[];
}

type Condition = Pick<corev1.NodeCondition, 'type' | 'status'> & { reason: string; message: string };

/** nodeConditions are the node's conditions, without times, in upstream's order and words. */
export function nodeConditions({ pressures, notReady }: ConditionFacts): readonly Condition[] {
  const [memory, disk, pid] = [
    pressures.has('MemoryPressure'),
    pressures.has('DiskPressure'),
    pressures.has('PIDPressure'),
  ];
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

/** TRANSITIONS are the events a node's conditions cause when they become True and False. */
const TRANSITIONS: Readonly<Record<string, readonly [string, string]>> = {
  MemoryPressure: ['NodeHasInsufficientMemory', 'NodeHasSufficientMemory'],
  DiskPressure: ['NodeHasDiskPressure', 'NodeHasNoDiskPressure'],
  PIDPressure: ['NodeHasInsufficientPID', 'NodeHasSufficientPID'],
  Ready: ['NodeReady', 'NodeNotReady'],
};

/** transitions are the reasons of the events between two states of a node's conditions. */
export function transitions(
  before: readonly corev1.NodeCondition[],
  after: readonly corev1.NodeCondition[],
): readonly string[] {
  return after.flatMap(({ type, status }) => {
    const reasons = TRANSITIONS[type];
    if (!reasons || before.find(condition => condition.type === type)?.status === status) return [];
    return [status === 'True' ? reasons[0] : reasons[1]];
  });
}
