import { Leases, Nodes, Pods, type corev1 } from '@navarch/api';
import { keyString, objectKey } from '@navarch/apimachinery';
import type { Informer } from '@navarch/client';
import { Controller, enqueueObject, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import { NodeHealth } from './health';
import { conditionOf } from './plan';
import { LEASE_NAMESPACE, NODE_NAME_INDEX, NodeReconciler } from './reconciler';
import { TaintEviction } from './taint-eviction';

/** podsByNode is the pod informer with its index by node. */
export function podsByNode(context: ControllerContext): Informer<corev1.Pod> {
  const pods = context.informers.informer(Pods);
  pods.addIndex(NODE_NAME_INDEX, pod => (pod.spec?.nodeName ? [pod.spec.nodeName] : []));
  return pods;
}

/** startNodeLifecycle watches over the nodes' heartbeats. Each node is looked at when its grace period would end, and when it changes. */
export function startNodeLifecycle(context: ControllerContext): Runnable[] {
  const nodes = context.informers.informer(Nodes);
  const pods = podsByNode(context);
  const leases = context.informers.informer(Leases, { namespace: LEASE_NAMESPACE });
  const health = new NodeHealth();
  const reconciler = new NodeReconciler(context, nodes, pods, leases, health);
  const controller = new Controller({
    ...standard(context),
    name: 'node_lifecycle_controller',
    waitFor: [nodes, pods, leases],
    reconcile: key => reconciler.reconcile(key),
  });
  nodes.addHandler(enqueueObject(controller.queue));
  leases.addHandler({
    updated: (_old, lease) => {
      const name = lease.metadata?.name ?? '';
      const node = nodes.get('', name);
      health.see(name, node, lease, context.clock.now());
      // A healthy node's renewals are only noted: its timer looks at them.
      if (node && conditionOf(node, 'Ready')?.status === 'Unknown') controller.queue.add(name);
    },
  });
  return [{ name: 'node_lifecycle_controller', run: signal => controller.run(signal) }];
}

/** startTaintEviction evicts pods by NoExecute taints. */
export function startTaintEviction(context: ControllerContext): Runnable[] {
  const nodes = context.informers.informer(Nodes);
  const pods = podsByNode(context);
  const eviction = new TaintEviction(context, nodes, pods);
  const controller = new Controller({
    ...standard(context),
    name: 'taint_eviction_controller',
    concurrency: 8,
    waitFor: [nodes, pods],
    reconcile: key => eviction.reconcile(key),
  });
  const { queue } = controller;
  const executes = (node: corev1.Node | undefined) =>
    (node?.spec?.taints ?? []).filter(taint => taint.effect === 'NoExecute');
  const addPodsOf = (node: corev1.Node) => {
    for (const pod of pods.byIndex(NODE_NAME_INDEX, node.metadata?.name ?? '')) queue.add(keyString(objectKey(pod)));
  };
  nodes.addHandler({
    added: node => {
      if (executes(node).length) addPodsOf(node);
    },
    updated: (old, node) => {
      if (!semanticEqual(executes(old), executes(node))) addPodsOf(node);
    },
  });
  const addPod = (pod: corev1.Pod) => {
    if (executes(nodes.get('', pod.spec?.nodeName ?? '')).length) queue.add(keyString(objectKey(pod)));
  };
  pods.addHandler({
    added: addPod,
    updated: (old, pod) => {
      if (old.spec?.nodeName !== pod.spec?.nodeName || !semanticEqual(old.spec?.tolerations, pod.spec?.tolerations))
        addPod(pod);
    },
  });
  return [{ name: 'taint_eviction_controller', run: signal => controller.run(signal) }];
}
