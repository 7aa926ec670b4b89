import { portsConflict, SKIP, unschedulable, type Plugin } from '@navarch/scheduler-framework';

/** nodePorts: a host port can be taken once a node. */
export const nodePorts: Plugin = {
  name: 'NodePorts',
  events: ['AssignedPodDelete', 'NodeAdd'],
  preFilter: (_state, pod) => (pod.hostPorts.length ? undefined : SKIP),
  filter(_state, { hostPorts }, node) {
    for (const other of node.pods.values()) {
      if (other.hostPorts.some(taken => hostPorts.some(wanted => portsConflict(wanted, taken)))) {
        return unschedulable("node(s) didn't have free ports for the requested pod ports");
      }
    }
    return undefined;
  },
};
