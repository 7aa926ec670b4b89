import { matchesTerm, requiredNodeMatch } from '@navarch/component-helpers';
import { MAX_NODE_SCORE, SKIP, unresolvable, type Plugin } from '@navarch/scheduler-framework';

/** nodeAffinity: nodeSelector and required node affinity filter, preferred node affinity scores. */
export const nodeAffinity: Plugin = {
  name: 'NodeAffinity',
  weight: 2,
  events: ['NodeAdd', 'NodeLabel'],
  preFilter(_state, { pod }) {
    const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (!required) return pod.spec?.nodeSelector ? undefined : SKIP;
    // Terms that all name nodes (DaemonSet pods) leave only those to look at.
    const named = required.nodeSelectorTerms.map(term =>
      term.matchFields?.find(field => field.key === 'metadata.name' && field.operator === 'In'),
    );
    if (!named.length || !named.every(field => field)) return undefined;
    return { nodes: new Set(named.flatMap(field => field!.values ?? [])) };
  },
  filter(_state, { pod }, { node }) {
    return node && requiredNodeMatch(pod, node)
      ? undefined
      : unresolvable("node(s) didn't match Pod's node affinity/selector");
  },
  preScore: (_state, { pod }) =>
    pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.length ? undefined : SKIP,
  score(_state, { pod }, { node }) {
    const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    return preferred.reduce(
      (sum, { weight, preference }) => sum + (node && matchesTerm(preference, node) ? weight : 0),
      0,
    );
  },
  normalize(_state, _pod, scores) {
    const most = Math.max(...scores);
    if (most) scores.forEach((score, i) => (scores[i] = Math.floor((score * MAX_NODE_SCORE) / most)));
  },
};
