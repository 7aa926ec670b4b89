import type { Plugin } from '@navarch/scheduler-framework';

/** prioritySort: the higher priority first, then who has waited longer. */
export const prioritySort: Plugin = {
  name: 'PrioritySort',
  events: [],
  less(a, b) {
    const byPriority = (b.info.pod.spec?.priority ?? 0) - (a.info.pod.spec?.priority ?? 0);
    return byPriority ? byPriority < 0 : a.since < b.since;
  },
};
