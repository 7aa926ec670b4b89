import type { corev1 } from '@navarch/api';
import { tolerates } from '@navarch/component-helpers';
import { rfc3339 } from '@navarch/base';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
export const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

type Taint = corev1.Taint;

/** CONDITION_TAINTS say which condition, in which status, keeps new pods away with which taint. */
const CONDITION_TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};

const MANAGED = new Set([
  UNSCHEDULABLE,
  ...Object.values(CONDITION_TAINTS).flatMap(byStatus => Object.values(byStatus)),
]);

export const conditionOf = (node: corev1.Node, type: string) =>
  node.status?.conditions?.find(condition => condition.type === type);

/** CONDITIONS are those that a kubelet reports, and that become Unknown when it no longer does. */
const CONDITIONS = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** silentConditions are the node's conditions after its kubelet was not heard of for too long; undefined if they say so already. */
export function silentConditions(node: corev1.Node, nowMs: number): corev1.NodeCondition[] | undefined {
  const known = node.status?.conditions ?? [];
  if (CONDITIONS.every(type => known.find(condition => condition.type === type)?.status === 'Unknown'))
    return undefined;
  const now = rfc3339(nowMs);
  const changed = CONDITIONS.map(type => {
    const old = known.find(condition => condition.type === type);
    if (!old) {
      const created = node.metadata?.creationTimestamp ?? now;
      const [reason, message] = ['NodeStatusNeverUpdated', 'Kubelet never posted node status.'];
      return { type, status: 'Unknown', reason, message, lastHeartbeatTime: created, lastTransitionTime: now };
    }
    if (old.status === 'Unknown') return old;
    const [reason, message] = ['NodeStatusUnknown', 'Kubelet stopped posting node status.'];
    return { ...old, status: 'Unknown', reason, message, lastTransitionTime: now };
  });
  const of = (type: string) => changed.find(condition => condition.type === type);
  const missing = changed.filter(({ type }) => !known.some(condition => condition.type === type));
  return [...known.map(condition => of(condition.type) ?? condition), ...missing];
}

/** planTaints are the taints that the node should have: NoSchedule by its conditions, NoExecute (if `evict`) by its Ready condition. */
export function planTaints(node: corev1.Node, evict: boolean, nowMs: number): Taint[] {
  const known = node.spec?.taints ?? [];
  const others = known.filter(taint => !isManaged(taint));
  const wanted: Taint[] = noScheduleKeys(node).map(key => ({ key, effect: 'NoSchedule' }));
  const execute = noExecuteKey(node);
  if (execute && evict) wanted.push({ key: execute, effect: 'NoExecute' });
  const timed = wanted.map(
    taint =>
      known.find(old => old.key === taint.key && old.effect === taint.effect) ?? {
        ...taint,
        timeAdded: rfc3339(nowMs),
      },
  );
  return [...others, ...timed];
}

function isManaged({ key, effect }: Taint): boolean {
  return effect === 'NoSchedule'
    ? MANAGED.has(key)
    : effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE);
}

function noScheduleKeys(node: corev1.Node): string[] {
  const keys = node.spec?.unschedulable ? [UNSCHEDULABLE] : [];
  for (const [type, byStatus] of Object.entries(CONDITION_TAINTS)) {
    const key = byStatus[conditionOf(node, type)?.status ?? ''];
    if (key) keys.push(key);
  }
  return keys;
}

function noExecuteKey(node: corev1.Node): string | undefined {
  return CONDITION_TAINTS.Ready![conditionOf(node, 'Ready')?.status ?? ''];
}

/**
 * evictionTime is when a pod has to leave a node for its NoExecute taints, in milliseconds: now for a taint it does not tolerate,
 * else when the shortest of its tolerations' times is over; undefined: it may stay.
 */
export function evictionTime(pod: corev1.Pod, taints: readonly Taint[], nowMs: number): number | undefined {
  let earliest: number | undefined;
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue;
    const covering = (pod.spec?.tolerations ?? []).filter(toleration => tolerates([toleration], taint));
    if (!covering.length) return nowMs;
    const limits = covering.flatMap(({ tolerationSeconds: seconds }) =>
      seconds === undefined || seconds === null ? [] : [Math.max(0, seconds)],
    );
    if (!limits.length) continue;
    const since = taint.timeAdded ? Date.parse(taint.timeAdded) : nowMs;
    const at = since + Math.min(...limits) * 1000;
    earliest = Math.min(earliest ?? at, at);
  }
  return earliest;
}

/** mayEvict: not while all nodes are silent, as then the fault is more likely ours than theirs; one node alone counts as a cluster that works. */
export function mayEvict(nodes: readonly corev1.Node[]): boolean {
  return nodes.length < 2 || nodes.some(node => conditionOf(node, 'Ready')?.status === 'True');
}
