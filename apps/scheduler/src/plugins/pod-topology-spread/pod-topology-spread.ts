import type { corev1 } from '@navarch/api';
import { selectorFromLabelSelector, type Selector } from '@navarch/apimachinery';
import { requiredNodeMatch, tolerates } from '@navarch/component-helpers';
import {
  MAX_NODE_SCORE,
  SKIP,
  unresolvable,
  unschedulable,
  type NodeInfo,
  type Plugin,
  type PodInfo,
  type StateKey,
} from '@navarch/scheduler-framework';

/** Constraint is a spread constraint made ready, with how many matching pods each domain has. */
interface Constraint {
  readonly key: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selector: Selector;
  readonly selectsSelf: boolean;
  /** counts by the topology key's value, of domains that take part. */
  readonly counts: Map<string, number>;
}
const HARD: StateKey<Constraint[]> = { name: 'PodTopologySpread/hard' };
const SOFT: StateKey<Constraint[]> = { name: 'PodTopologySpread/soft' };

/** podTopologySpread keeps matching pods evenly spread over domains: DoNotSchedule filters, ScheduleAnyway scores. */
export const podTopologySpread: Plugin = {
  name: 'PodTopologySpread',
  weight: 2,
  events: ['AssignedPodAdd', 'AssignedPodUpdate', 'AssignedPodDelete', 'NodeAdd', 'NodeLabel', 'NodeTaint'],
  preFilter(state, pod, snapshot) {
    const constraints = constraintsOf(pod, 'DoNotSchedule', snapshot.nodes);
    if (!constraints.length) return SKIP;
    state.set(HARD, constraints);
    return undefined;
  },
  filter(state, _pod, { node }) {
    for (const constraint of state.get(HARD)!) {
      const domain = node?.metadata?.labels?.[constraint.key];
      if (domain === undefined)
        return unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");
      if (skewWith(constraint, domain) > constraint.maxSkew)
        return unschedulable("node(s) didn't match pod topology spread constraints");
    }
    return undefined;
  },
  addPod: (state, pod, other, node) => count(state.get(HARD), pod, other, node, 1),
  removePod: (state, pod, other, node) => count(state.get(HARD), pod, other, node, -1),
  preScore(state, pod, _nodes, snapshot) {
    const constraints = constraintsOf(pod, 'ScheduleAnyway', snapshot.nodes);
    if (!constraints.length) return SKIP;
    state.set(SOFT, constraints);
    return undefined;
  },
  score(state, _pod, { node }) {
    return state.get(SOFT)!.reduce((sum, { key, counts, maxSkew }) => {
      const domain = node?.metadata?.labels?.[key];
      // The more domains there are, the more a single pod's place in one of them weighs.
      return sum + (domain === undefined ? 0 : (counts.get(domain) ?? 0) * Math.log(counts.size + 2) + (maxSkew - 1));
    }, 0);
  },
  normalize(_state, _pod, scores) {
    const most = Math.max(...scores);
    const least = Math.min(...scores);
    scores.forEach(
      (score, i) => (scores[i] = most ? Math.floor((MAX_NODE_SCORE * (most + least - score)) / most) : MAX_NODE_SCORE),
    );
  },
};

/** skewWith is by how much the domain would exceed the emptiest one with one more pod in it. */
function skewWith({ counts, selectsSelf, minDomains }: Constraint, domain: string): number {
  const least = counts.size < minDomains ? 0 : Math.min(...counts.values());
  return (counts.get(domain) ?? 0) + (selectsSelf ? 1 : 0) - least;
}

function constraintsOf(
  pod: PodInfo,
  when: 'DoNotSchedule' | 'ScheduleAnyway',
  nodes: readonly NodeInfo[],
): Constraint[] {
  const wanted = (pod.pod.spec?.topologySpreadConstraints ?? []).filter(c => c.whenUnsatisfiable === when);
  const keys = wanted.map(c => c.topologyKey);
  return wanted.map(constraint => {
    const selector = selectorFromLabelSelector(withMatchLabelKeys(constraint, pod.pod));
    const counts = new Map<string, number>();
    for (const info of nodes) {
      const labels = info.node!.metadata?.labels ?? {};
      if (!keys.every(key => key in labels) || !takesPart(constraint, pod.pod, info.node!)) continue;
      const domain = labels[constraint.topologyKey]!;
      counts.set(domain, (counts.get(domain) ?? 0) + matching(info, pod, selector));
    }
    return {
      key: constraint.topologyKey,
      maxSkew: constraint.maxSkew,
      minDomains: constraint.minDomains ?? 1,
      selector,
      selectsSelf: selector.matches(pod.pod.metadata?.labels),
      counts,
    };
  });
}

function withMatchLabelKeys(constraint: corev1.TopologySpreadConstraint, pod: corev1.Pod) {
  const own = pod.metadata?.labels ?? {};
  const keys = (constraint.matchLabelKeys ?? []).filter(key => key in own);
  if (!keys.length || !constraint.labelSelector) return constraint.labelSelector;
  return {
    ...constraint.labelSelector,
    matchLabels: { ...constraint.labelSelector.matchLabels, ...Object.fromEntries(keys.map(key => [key, own[key]!])) },
  };
}

/** takesPart: nodes that the pod could not go to anyway are no domains (by policy). */
function takesPart(
  { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' }: corev1.TopologySpreadConstraint,
  pod: corev1.Pod,
  node: corev1.Node,
): boolean {
  if (nodeAffinityPolicy === 'Honor' && !requiredNodeMatch(pod, node)) return false;
  if (nodeTaintsPolicy === 'Ignore') return true;
  return (node.spec?.taints ?? []).every(
    taint => taint.effect === 'PreferNoSchedule' || tolerates(pod.spec?.tolerations, taint),
  );
}

function matching(info: NodeInfo, pod: PodInfo, selector: Selector): number {
  let count = 0;
  for (const { pod: other } of info.pods.values()) {
    const { namespace, deletionTimestamp, labels } = other.metadata ?? {};
    if (namespace === pod.pod.metadata?.namespace && !deletionTimestamp && selector.matches(labels)) count++;
  }
  return count;
}

function count(
  constraints: Constraint[] | undefined,
  pod: PodInfo,
  other: PodInfo,
  { node }: NodeInfo,
  by: number,
): void {
  if (other.pod.metadata?.namespace !== pod.pod.metadata?.namespace) return;
  for (const { key, selector, counts } of constraints ?? []) {
    const domain = node?.metadata?.labels?.[key];
    if (domain !== undefined && counts.has(domain) && selector.matches(other.pod.metadata?.labels))
      counts.set(domain, counts.get(domain)! + by);
  }
}
