import { tolerates } from '@navarch/component-helpers';
import { unresolvable, type Plugin } from '@navarch/scheduler-framework';

/** nodeUnschedulable: a cordoned node takes only pods that tolerate it. */
export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  events: ['NodeAdd', 'NodeTaint'],
  filter(_state, { pod }, { node }) {
    if (!node?.spec?.unschedulable) return undefined;
    const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
    return tolerates(pod.spec?.tolerations, taint) ? undefined : unresolvable('node(s) were unschedulable');
  },
};
