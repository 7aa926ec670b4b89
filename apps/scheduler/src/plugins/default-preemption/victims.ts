import { uidOf, type CycleState, type Framework, type NodeInfo, type PodInfo } from '@navarch/scheduler-framework';

/** Candidate is a node on which the pod would fit if these pods were gone. */
export interface Candidate {
  readonly node: string;
  readonly victims: readonly PodInfo[];
}

const priorityOf = ({ pod }: PodInfo) => pod.spec?.priority ?? 0;
const startOf = ({ pod }: PodInfo) => Date.parse(pod.status?.startTime ?? '') || 0;

/**
 * selectVictims imagines all pods of lower priority away; if the pod fits then, it lets back as many as it can, the more
 * important first. undefined: no victims would help. `state` is left as it was.
 */
export function selectVictims(
  framework: Framework,
  state: CycleState,
  pod: PodInfo,
  node: NodeInfo,
): Candidate | undefined {
  const priority = priorityOf(pod);
  const lower = [...node.pods.values()].filter(other => priorityOf(other) < priority);
  if (!lower.length) return undefined;
  const remove = (from: NodeInfo, other: PodInfo) => {
    framework.removePod(state, pod, other, from);
    return from.withoutPod(uidOf(other.pod));
  };
  const restore = (to: NodeInfo, other: PodInfo) => {
    framework.addPod(state, pod, other, to);
    return to.withPod(other);
  };
  let left = lower.reduce(remove, node);
  const victims: PodInfo[] = [];
  const fitsEmpty = !framework.filter(state, pod, left);
  if (fitsEmpty) {
    const byImportance = [...lower].sort((a, b) => priorityOf(b) - priorityOf(a) || startOf(a) - startOf(b));
    for (const other of byImportance) {
      const withOther = restore(left, other);
      if (!framework.filter(state, pod, withOther)) left = withOther;
      else {
        remove(withOther, other);
        victims.push(other);
      }
    }
  }
  for (const other of fitsEmpty ? victims : lower) framework.addPod(state, pod, other, node);
  return fitsEmpty && victims.length ? { node: node.name, victims } : undefined;
}

/** pickCandidate takes the node whose victims matter least: lowest top priority, lowest sum, fewest, latest started. Pure. */
export function pickCandidate(candidates: readonly Candidate[]): Candidate | undefined {
  const top = ({ victims }: Candidate) => Math.max(...victims.map(priorityOf));
  // Priorities may be negative: the offset makes more victims always cost more.
  const sum = ({ victims }: Candidate) => victims.reduce((total, victim) => total + priorityOf(victim) + 2 ** 31, 0);
  const earliestOfTop = (candidate: Candidate) =>
    Math.min(...candidate.victims.filter(victim => priorityOf(victim) === top(candidate)).map(startOf));
  return [...candidates].sort(
    (a, b) =>
      top(a) - top(b) || sum(a) - sum(b) || a.victims.length - b.victims.length || earliestOfTop(b) - earliestOfTop(a),
  )[0];
}
