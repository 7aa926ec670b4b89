// How fast pods get their nodes: chooseNode and the cache, without any I/O, over clusters of growing size.
// The ratio to the first row says how the cost of one decision grows with the cluster.
import { Framework } from '@navarch/scheduler-framework';
import { Cache } from '../apps/scheduler/src/cache/cache';
import { imageLocality } from '../apps/scheduler/src/plugins/image-locality/image-locality';
import { interPodAffinity } from '../apps/scheduler/src/plugins/inter-pod-affinity/inter-pod-affinity';
import { nodeAffinity } from '../apps/scheduler/src/plugins/node-affinity/node-affinity';
import { nodeName } from '../apps/scheduler/src/plugins/node-name/node-name';
import { nodePorts } from '../apps/scheduler/src/plugins/node-ports/node-ports';
import { balancedAllocation } from '../apps/scheduler/src/plugins/node-resources/balanced-allocation';
import { nodeResourcesFit } from '../apps/scheduler/src/plugins/node-resources/fit';
import { nodeUnschedulable } from '../apps/scheduler/src/plugins/node-unschedulable/node-unschedulable';
import { podTopologySpread } from '../apps/scheduler/src/plugins/pod-topology-spread/pod-topology-spread';
import { prioritySort } from '../apps/scheduler/src/plugins/priority-sort/priority-sort';
import { taintToleration } from '../apps/scheduler/src/plugins/taint-toleration/taint-toleration';
import { chooseNode } from '../apps/scheduler/src/schedule-one';
import { node, pod } from '../apps/scheduler/src/testkit';

const framework = new Framework([
  prioritySort,
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
  podTopologySpread,
  interPodAffinity(() => ({})),
  balancedAllocation,
  imageLocality,
]);
const PODS = 1000;

let first = 0;
console.log('| nodes | pods/s | ms a pod | ratio |\n| --- | --- | --- | --- |');
for (const nodes of [10, 100, 1000, 5000]) {
  const cache = new Cache();
  for (let i = 0; i < nodes; i++)
    cache.setNode(node(`node-${i}`, { allocatable: { cpu: '64', memory: '256Gi', pods: '1000' } }).node!);
  const start = { next: 0 };
  const place = (n: number, name: string) => {
    for (let i = 0; i < n; i++) {
      const incoming = pod({ name: `${name}-${i}`, requests: { cpu: '100m', memory: '128Mi' } });
      const choice = chooseNode(framework, incoming, cache.snapshot(), start);
      if (choice.node === undefined) throw new Error('a pod does not fit');
      cache.assume(incoming, choice.node);
    }
  };
  place(200, 'warm');
  globalThis.gc?.();
  const began = performance.now();
  place(PODS, 'measured');
  const ms = (performance.now() - began) / PODS;
  first ||= ms;
  console.log(`| ${nodes} | ${Math.round(1000 / ms)} | ${ms.toFixed(3)} | ${(ms / first).toFixed(1)} |`);
}
