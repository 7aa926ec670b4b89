import type { appsv1, corev1 } from '@navarch/api';
import { isDeleting, scaledValue } from '@navarch/apimachinery';
import { requiredNodeMatch, tolerates } from '@navarch/component-helpers';
import { nodeOf } from '../../shared/node-affinity';
import { isPodAvailable } from '../../shared/pods';
import { REVISION_HASH } from '../../shared/revisions';

type DaemonSet = appsv1.DaemonSet;

/** TOLERATED are the taints that daemon pods stand: they serve nodes that are not well, too. */
const TOLERATED: readonly [string, string][] = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
];

/** daemonTolerations are the template's and those that every daemon pod gets. */
export function daemonTolerations(spec: corev1.PodSpec | undefined): corev1.Toleration[] {
  const network: [string, string][] = spec?.hostNetwork
    ? [['node.kubernetes.io/network-unavailable', 'NoSchedule']]
    : [];
  const given = spec?.tolerations ?? [];
  const added = [...TOLERATED, ...network].map(([key, effect]) => ({ key, operator: 'Exists', effect }));
  return [
    ...given,
    ...added.filter(a => !given.some(g => g.key === a.key && g.effect === a.effect && g.operator === a.operator)),
  ];
}

/** fitsNode: whether a daemon pod should run on a node, and whether one that does may stay. */
export function fitsNode(spec: corev1.PodSpec | undefined, node: corev1.Node): { run: boolean; stay: boolean } {
  if (spec?.nodeName && spec.nodeName !== node.metadata?.name) return { run: false, stay: false };
  if (!requiredNodeMatch({ spec }, node)) return { run: false, stay: false };
  const tolerations = daemonTolerations(spec);
  const bad = (node.spec?.taints ?? []).filter(
    taint => taint.effect !== 'PreferNoSchedule' && !tolerates(tolerations, taint),
  );
  return { run: !bad.length, stay: !bad.some(taint => taint.effect === 'NoExecute') };
}

/** DaemonPlan is what to do: pods to delete, nodes to create one on. */
export interface DaemonPlan {
  readonly delete: corev1.Pod[];
  readonly create: string[];
  /** failed are those of `delete` that are deleted because they failed. */
  readonly failed: corev1.Pod[];
}

/** podsByNode groups pods by where they are or are bound for; the oldest first. */
export function podsByNode(pods: readonly corev1.Pod[]): Map<string, corev1.Pod[]> {
  const byNode = new Map<string, corev1.Pod[]>();
  for (const pod of [...pods].sort((a, b) =>
    (a.metadata?.creationTimestamp ?? '') < (b.metadata?.creationTimestamp ?? '') ? -1 : 1,
  )) {
    const node = nodeOf(pod);
    if (node !== undefined) byNode.set(node, [...(byNode.get(node) ?? []), pod]);
  }
  return byNode;
}

/** limits are maxSurge and maxUnavailable in pods; an update never stands still for want of both. */
export function limits(set: DaemonSet, desired: number): { surge: number; unavailable: number } {
  const given = set.spec?.updateStrategy?.rollingUpdate;
  const surge = scaledValue(given?.maxSurge ?? 0, desired, true);
  const unavailable = scaledValue(given?.maxUnavailable ?? (surge ? 0 : 1), desired, true);
  return { surge, unavailable: surge || unavailable ? unavailable : 1 };
}

const isRolling = (set: DaemonSet) => (set.spec?.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate';

/** planNodes gives each node that should have a daemon pod one, and takes away what is too much; `mayRetry` holds back after failures. */
export function planNodes(
  set: DaemonSet,
  nodes: readonly corev1.Node[],
  pods: readonly corev1.Pod[],
  hash: string,
  nowMs: number,
  mayRetry: (node: string) => boolean,
): DaemonPlan {
  const plan: DaemonPlan = { delete: [], create: [], failed: [] };
  const byNode = podsByNode(pods);
  const surging = isRolling(set) && limits(set, nodes.length).surge > 0;
  for (const node of nodes) {
    const name = node.metadata?.name ?? '';
    const here = byNode.get(name) ?? [];
    byNode.delete(name);
    const { run, stay } = fitsNode(set.spec?.template?.spec, node);
    const alive = here.filter(pod => !isDeleting(pod));
    if (!stay) {
      plan.delete.push(...alive);
      continue;
    }
    const failed = alive.filter(pod => pod.status?.phase === 'Failed');
    if (failed.length && mayRetry(name)) {
      plan.delete.push(...failed);
      plan.failed.push(...failed);
    }
    const running = alive.filter(pod => pod.status?.phase !== 'Failed');
    if (!here.length && run) plan.create.push(name);
    if (running.length <= 1) continue;
    const [current, old] = [running.filter(pod => hashOf(pod) === hash), running.filter(pod => hashOf(pod) !== hash)];
    if (surging && current.length && old.length) {
      // The old one of a surge stays until the new one is available.
      plan.delete.push(...old.slice(1), ...current.slice(1));
      if (isPodAvailable(current[0]!, set.spec?.minReadySeconds ?? 0, nowMs)) plan.delete.push(old[0]!);
    } else plan.delete.push(...running.slice(1));
  }
  // Pods of nodes that are gone are the pod garbage collector's; those that never got there are ours.
  for (const orphans of byNode.values())
    plan.delete.push(...orphans.filter(pod => !pod.spec?.nodeName && !isDeleting(pod)));
  return plan;
}

const hashOf = (pod: corev1.Pod) => pod.metadata?.labels?.[REVISION_HASH];

/** planUpdate takes the next step of a rolling update: old pods to delete, or (with surge) nodes to start new ones on beside them. */
export function planUpdate(
  set: DaemonSet,
  nodes: readonly corev1.Node[],
  pods: readonly corev1.Pod[],
  hash: string,
  nowMs: number,
): { delete: corev1.Pod[]; create: string[] } {
  if (!isRolling(set)) return { delete: [], create: [] };
  const byNode = podsByNode(pods);
  const minReady = set.spec?.minReadySeconds ?? 0;
  const available = (pod: corev1.Pod) => !isDeleting(pod) && isPodAvailable(pod, minReady, nowMs);
  const wanted = nodes
    .filter(node => fitsNode(set.spec?.template?.spec, node).run)
    .map(node => node.metadata?.name ?? '');
  const { surge, unavailable } = limits(set, wanted.length);
  const outdated: { node: string; pod: corev1.Pod }[] = [];
  const plan = { delete: [] as corev1.Pod[], create: [] as string[] };
  let missing = 0;
  let surged = 0;
  for (const node of wanted) {
    const here = (byNode.get(node) ?? []).filter(pod => !isDeleting(pod));
    const old = here.find(pod => hashOf(pod) !== hash);
    const current = here.find(pod => hashOf(pod) === hash);
    if (!here.some(available)) missing++;
    if (old && current) surged++;
    else if (old) outdated.push({ node, pod: old });
  }
  for (const { node, pod } of outdated) {
    if (!available(pod)) plan.delete.push(pod);
    else if (surge) {
      if (surged++ < surge) plan.create.push(node);
    } else if (missing < unavailable) {
      missing++;
      plan.delete.push(pod);
    }
  }
  return plan;
}

/** daemonStatus counts, over all nodes. */
export function daemonStatus(
  set: DaemonSet,
  nodes: readonly corev1.Node[],
  pods: readonly corev1.Pod[],
  hash: string,
  nowMs: number,
): appsv1.DaemonSetStatus {
  const byNode = podsByNode(pods);
  const minReady = set.spec?.minReadySeconds ?? 0;
  let [desired, current, misscheduled, ready, available, updated] = [0, 0, 0, 0, 0, 0];
  for (const node of nodes) {
    const here = byNode.get(node.metadata?.name ?? '') ?? [];
    if (!fitsNode(set.spec?.template?.spec, node).run) {
      if (here.length) misscheduled++;
      continue;
    }
    desired++;
    if (here.length) current++;
    const best = here.find(pod => isPodAvailable(pod, 0, nowMs));
    if (best) ready++;
    if (here.some(pod => isPodAvailable(pod, minReady, nowMs))) available++;
    if (here.some(pod => hashOf(pod) === hash)) updated++;
  }
  return {
    ...set.status,
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    observedGeneration: set.metadata?.generation,
    updatedNumberScheduled: updated || undefined,
    numberAvailable: available || undefined,
    numberUnavailable: desired - available || undefined,
  };
}
