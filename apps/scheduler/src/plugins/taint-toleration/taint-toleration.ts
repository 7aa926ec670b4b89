import type { corev1 } from '@navarch/api';
import { tolerates } from '@navarch/component-helpers';
import { MAX_NODE_SCORE, unresolvable, type Plugin, type StateKey } from '@navarch/scheduler-framework';

const PREFERRED: StateKey<corev1.Toleration[]> = { name: 'TaintToleration' };

/** taintToleration: NoSchedule and NoExecute taints need a toleration; untolerated PreferNoSchedule ones cost score. */
export const taintToleration: Plugin = {
  name: 'TaintToleration',
  weight: 3,
  events: ['NodeAdd', 'NodeTaint'],
  filter(_state, { pod }, { node }) {
    const taint = node?.spec?.taints?.find(
      t => t.effect !== 'PreferNoSchedule' && !tolerates(pod.spec?.tolerations, t),
    );
    return taint && unresolvable(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`);
  },
  preScore(state, { pod }) {
    const tolerations = (pod.spec?.tolerations ?? []).filter(t => !t.effect || t.effect === 'PreferNoSchedule');
    state.set(PREFERRED, tolerations);
    return undefined;
  },
  score(state, _pod, { node }) {
    return (node?.spec?.taints ?? []).filter(
      t => t.effect === 'PreferNoSchedule' && !tolerates(state.get(PREFERRED), t),
    ).length;
  },
  normalize(_state, _pod, scores) {
    const most = Math.max(...scores);
    scores.forEach(
      (untolerated, i) =>
        (scores[i] = most ? MAX_NODE_SCORE - Math.floor((MAX_NODE_SCORE * untolerated) / most) : MAX_NODE_SCORE),
    );
  },
};
