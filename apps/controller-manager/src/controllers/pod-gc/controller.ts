import { Nodes, Pods, type corev1 } from '@navarch/api';
import { isDeleting, isNotFound, isStatus } from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import { Controller, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { isPodTerminal } from '../../shared/pods';
import { podsByNode } from '../node-lifecycle/controller';
import { NODE_NAME_INDEX } from '../node-lifecycle/reconciler';
import { planOrphans, planTerminated } from './plan';

/** QUARANTINE_MS: a node may come back under its name; only then its pods are lost. */
const QUARANTINE_MS = 40_000;
const OVER = 'terminated';
const NOWHERE = 'unscheduled';

/**
 * startPodGc removes pods that nobody else will: of nodes that are gone, being deleted without ever having had a node, and finished
 * ones past `--terminated-pod-gc-threshold`, oldest first.
 */
export function startPodGc(context: ControllerContext): Runnable[] {
  const nodes = context.informers.informer(Nodes);
  const pods = podsByNode(context);
  const { settings } = context;
  const controller = new Controller({
    ...standard(context),
    name: 'orphaned_pods_nodes',
    concurrency: 1,
    waitFor: [nodes, pods],
    reconcile: async ({ namespace: kind, name }) => {
      if (kind === 'node') return removeOrphans(name);
      if (name === NOWHERE) return removeUnscheduled();
      for (const pod of planTerminated(pods.list(), settings.terminatedPodGcThreshold))
        await remove(context, pod, undefined);
    },
  });
  const { queue } = controller;

  async function removeOrphans(node: string): Promise<void> {
    if (nodes.get('', node)) return;
    const orphans = pods.byIndex(NODE_NAME_INDEX, node);
    if (!orphans.length) return;
    // The cache may not have seen a node that has just come.
    const gone = await context.client
      .resource(Nodes)
      .get('', node)
      .then(
        () => false,
        (error: unknown) => {
          if (isNotFound(error)) return true;
          throw error;
        },
      );
    if (!gone) return;
    const { lost, nextMs } = planOrphans(orphans, context.clock.now(), QUARANTINE_MS);
    for (const pod of lost) await remove(context, pod, 'PodGC: node no longer exists');
    if (nextMs !== undefined) queue.addAfter(`node/${node}`, nextMs);
  }

  async function removeUnscheduled(): Promise<void> {
    for (const pod of pods.list()) if (isDeleting(pod) && !pod.spec?.nodeName) await remove(context, pod, undefined);
  }

  const see = (pod: corev1.Pod) => {
    const node = pod.spec?.nodeName;
    if (node && !nodes.get('', node)) queue.addAfter(`node/${node}`, QUARANTINE_MS);
    if (!node && isDeleting(pod)) queue.add(NOWHERE);
    if (isPodTerminal(pod)) queue.addAfter(OVER, 1_000);
  };
  pods.addHandler({ added: see, updated: (_old, pod) => see(pod) });
  nodes.addHandler({ deleted: ({ metadata }) => queue.addAfter(`node/${metadata?.name}`, QUARANTINE_MS) });
  return [{ name: 'orphaned_pods_nodes', run: signal => controller.run(signal) }];
}

/** remove deletes a pod at once; one that still counts as running is marked failed before, so that its owner counts it so. */
async function remove(context: ControllerContext, pod: corev1.Pod, why: string | undefined): Promise<void> {
  const client = context.client.resource(Pods);
  const { namespace = '', name = '', uid } = pod.metadata ?? {};
  try {
    if (!isPodTerminal(pod) && (await context.release()).has('disruptionMarks')) {
      const lastTransitionTime = rfc3339(context.clock.now());
      const target = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByPodGC',
        message: why,
        lastTransitionTime,
      };
      const status = { phase: 'Failed', ...(why && { conditions: [target] }) };
      await client.patch(
        namespace,
        name,
        { type: 'strategic', body: { metadata: { uid }, status } },
        { subresource: 'status' },
      );
    }
    await client.delete(namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
  } catch (error) {
    if (!isNotFound(error) && !isStatus(error, 'Conflict')) throw error;
  }
}
