import { ControllerRevisions, DaemonSets, Nodes, Pods, type corev1 } from '@navarch/api';
import { keyString, objectKey, selectorFromLabelSelector } from '@navarch/apimachinery';
import {
  CONTROLLER_INDEX,
  Controller,
  Expectations,
  controllerIndex,
  enqueueController,
  enqueueObject,
  type Runnable,
} from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import { DaemonSetReconciler } from './reconciler';

/** startDaemonSet keeps the pods of DaemonSets. */
export function startDaemonSet(context: ControllerContext): Runnable[] {
  const sets = context.informers.informer(DaemonSets);
  const nodes = context.informers.informer(Nodes);
  const pods = context.informers.informer(Pods);
  const revisions = context.informers.informer(ControllerRevisions);
  for (const informer of [pods, revisions]) informer.addIndex(CONTROLLER_INDEX, controllerIndex);
  const expectations = new Expectations(context.clock);
  const reconciler = new DaemonSetReconciler(context, sets, nodes, pods, revisions, expectations);
  const controller = new Controller({
    ...standard(context),
    name: 'daemonset',
    concurrency: 2,
    waitFor: [sets, nodes, pods, revisions],
    reconcile: key => reconciler.reconcile(key),
  });
  const { queue } = controller;
  sets.addHandler(enqueueObject(queue));
  const all = () => {
    for (const set of sets.list()) queue.add(keyString(objectKey(set)));
  };
  const placement = ({ metadata, spec }: corev1.Node) => [metadata?.labels, spec?.taints];
  nodes.addHandler({
    added: all,
    updated: (old, node) => {
      if (!semanticEqual(placement(old), placement(node))) all();
    },
    deleted: all,
  });
  pods.addHandler(
    enqueueController({
      ...{ queue, kind: DaemonSets.kind, owners: sets, expectations },
      selector: set => selectorFromLabelSelector(set.spec?.selector),
    }),
  );
  return [{ name: 'daemonset', run: signal => controller.run(signal) }];
}
