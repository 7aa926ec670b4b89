import type { Plugin } from '@navarch/scheduler-framework';
import { defaultBinder } from './plugins/default-binder/default-binder';
import { defaultPreemption, type PreemptionOptions } from './plugins/default-preemption/default-preemption';
import { imageLocality } from './plugins/image-locality/image-locality';
import { interPodAffinity } from './plugins/inter-pod-affinity/inter-pod-affinity';
import type { NamespaceLabels } from './plugins/inter-pod-affinity/term';
import { nodeAffinity } from './plugins/node-affinity/node-affinity';
import { nodeName } from './plugins/node-name/node-name';
import { nodePorts } from './plugins/node-ports/node-ports';
import { balancedAllocation } from './plugins/node-resources/balanced-allocation';
import { nodeResourcesFit } from './plugins/node-resources/fit';
import { nodeUnschedulable } from './plugins/node-unschedulable/node-unschedulable';
import { podTopologySpread } from './plugins/pod-topology-spread/pod-topology-spread';
import { prioritySort } from './plugins/priority-sort/priority-sort';
import { taintToleration } from './plugins/taint-toleration/taint-toleration';

export interface RegistryOptions extends PreemptionOptions {
  readonly namespaceLabels: NamespaceLabels;
}

/** defaultPlugins is the default profile: every plugin, in the order in which they are asked. */
export function defaultPlugins(options: RegistryOptions): readonly Plugin[] {
  return [
    prioritySort,
    nodeUnschedulable,
    nodeName,
    taintToleration,
    nodeAffinity,
    nodePorts,
    nodeResourcesFit,
    podTopologySpread,
    interPodAffinity(options.namespaceLabels),
    defaultPreemption(options),
    balancedAllocation,
    imageLocality,
    defaultBinder(options.client),
  ];
}
