import { unresolvable, type Plugin } from '@navarch/scheduler-framework';

/** nodeName: a pod that names its node fits no other. */
export const nodeName: Plugin = {
  name: 'NodeName',
  events: ['NodeAdd'],
  filter(_state, { pod }, node) {
    const wanted = pod.spec?.nodeName;
    return wanted && wanted !== node.name ? unresolvable("node(s) didn't match the requested node name") : undefined;
  },
};
