import type { corev1 } from '@navarch/api';
import {
  MAX_NODE_SCORE,
  SKIP,
  unschedulable,
  unresolvable,
  type NodeInfo,
  type Plugin,
  type PodInfo,
  type StateKey,
} from '@navarch/scheduler-framework';
import { termOf, type NamespaceLabels, type Term } from './term';

/** Counts are how many pods speak for a domain (`key` and value of a topology label). */
class Counts extends Map<string, number> {
  bump(key: string, node: NodeInfo, by: number): void {
    const value = node.node?.metadata?.labels?.[key];
    if (value === undefined) return;
    const id = `${key}=${value}`;
    this.set(id, (this.get(id) ?? 0) + by);
  }
  at(key: string, node: NodeInfo): number {
    const value = node.node?.metadata?.labels?.[key];
    return value === undefined ? 0 : (this.get(`${key}=${value}`) ?? 0);
  }
}

interface State {
  readonly affinity: readonly Term[];
  readonly antiAffinity: readonly Term[];
  /** pods that match all of the incoming pod's affinity terms, those that match one of its anti-affinity terms, and existing pods whose anti-affinity matches it. */
  readonly wanted: Counts;
  readonly unwanted: Counts;
  readonly refusing: Counts;
}
const STATE: StateKey<State> = { name: 'InterPodAffinity' };
const SCORES: StateKey<Counts> = { name: 'InterPodAffinity/score' };
/** How much an existing pod's required affinity to the incoming one weighs in scoring. */
const HARD_AFFINITY_WEIGHT = 1;

const requiredTerms = (pod: corev1.Pod, kind: 'podAffinity' | 'podAntiAffinity') =>
  pod.spec?.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
const preferredTerms = (pod: corev1.Pod, kind: 'podAffinity' | 'podAntiAffinity') =>
  pod.spec?.affinity?.[kind]?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

/** interPodAffinity puts pods near to, or away from, other pods, as these and those wish. */
export function interPodAffinity(namespaceLabels: NamespaceLabels): Plugin {
  const terms = (pod: corev1.Pod, kind: 'podAffinity' | 'podAntiAffinity') =>
    requiredTerms(pod, kind).map(t => termOf(t, pod, namespaceLabels));

  const count = (state: State, pod: PodInfo, other: PodInfo, node: NodeInfo, by: number) => {
    if (state.affinity.length && state.affinity.every(term => term.matches(other.pod))) {
      for (const term of state.affinity) state.wanted.bump(term.topologyKey, node, by);
    }
    for (const term of state.antiAffinity) if (term.matches(other.pod)) state.unwanted.bump(term.topologyKey, node, by);
    for (const term of terms(other.pod, 'podAntiAffinity'))
      if (term.matches(pod.pod)) state.refusing.bump(term.topologyKey, node, by);
  };

  return {
    name: 'InterPodAffinity',
    weight: 2,
    events: ['AssignedPodAdd', 'AssignedPodUpdate', 'AssignedPodDelete', 'NodeAdd', 'NodeLabel'],
    preFilter(cycle, pod, snapshot) {
      const state: State = {
        affinity: terms(pod.pod, 'podAffinity'),
        antiAffinity: terms(pod.pod, 'podAntiAffinity'),
        wanted: new Counts(),
        unwanted: new Counts(),
        refusing: new Counts(),
      };
      const wishes = state.affinity.length || state.antiAffinity.length;
      for (const node of snapshot.nodes) {
        for (const other of node.pods.values()) {
          if (wishes || other.pod.spec?.affinity?.podAntiAffinity) count(state, pod, other, node, 1);
        }
      }
      if (!wishes && !state.refusing.size) return SKIP;
      cycle.set(STATE, state);
      return undefined;
    },
    filter(cycle, pod, node) {
      const { affinity, antiAffinity, wanted, unwanted, refusing } = cycle.get(STATE)!;
      const labels = node.node?.metadata?.labels ?? {};
      if (affinity.length) {
        const near = affinity.every(term => wanted.at(term.topologyKey, node) > 0);
        // The first pod of a group that wants to be together would wait for itself for ever.
        const first = !wanted.size && affinity.every(term => term.matches(pod.pod) && term.topologyKey in labels);
        if (!near && !first) return unresolvable("node(s) didn't match pod affinity rules");
      }
      if (antiAffinity.some(term => unwanted.at(term.topologyKey, node) > 0))
        return unschedulable("node(s) didn't match pod anti-affinity rules");
      for (const [id, refused] of refusing) {
        const equals = id.indexOf('=');
        if (refused > 0 && labels[id.slice(0, equals)] === id.slice(equals + 1)) {
          return unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");
        }
      }
      return undefined;
    },
    addPod: (cycle, pod, other, node) => count(cycle.get(STATE)!, pod, other, node, 1),
    removePod: (cycle, pod, other, node) => count(cycle.get(STATE)!, pod, other, node, -1),
    preScore(cycle, pod, _nodes, snapshot) {
      const scores = new Counts();
      for (const node of snapshot.nodes)
        for (const other of node.pods.values()) weigh(scores, pod.pod, other.pod, node, namespaceLabels);
      if (!scores.size) return SKIP;
      cycle.set(SCORES, scores);
      return undefined;
    },
    score(cycle, _pod, { node }) {
      let sum = 0;
      for (const [id, weight] of cycle.get(SCORES)!) {
        const equals = id.indexOf('=');
        if (node?.metadata?.labels?.[id.slice(0, equals)] === id.slice(equals + 1)) sum += weight;
      }
      return sum;
    },
    normalize(_cycle, _pod, scores) {
      const least = Math.min(...scores);
      const spread = Math.max(...scores) - least;
      scores.forEach((score, i) => (scores[i] = spread ? Math.floor((MAX_NODE_SCORE * (score - least)) / spread) : 0));
    },
  };
}

/** weigh adds what the incoming pod thinks of the other, and the other of it, to the other's domains. */
function weigh(
  scores: Counts,
  pod: corev1.Pod,
  other: corev1.Pod,
  node: NodeInfo,
  namespaceLabels: NamespaceLabels,
): void {
  const consider = (from: corev1.Pod, to: corev1.Pod) => {
    for (const [kind, sign] of [
      ['podAffinity', 1],
      ['podAntiAffinity', -1],
    ] as const) {
      for (const { weight, podAffinityTerm } of preferredTerms(from, kind)) {
        if (termOf(podAffinityTerm, from, namespaceLabels).matches(to))
          scores.bump(podAffinityTerm.topologyKey, node, sign * weight);
      }
    }
  };
  consider(pod, other);
  consider(other, pod);
  for (const term of requiredTerms(other, 'podAffinity')) {
    if (termOf(term, other, namespaceLabels).matches(pod)) scores.bump(term.topologyKey, node, HARD_AFFINITY_WEIGHT);
  }
}
