import { ControllerRevisions, PersistentVolumeClaims, Pods, StatefulSets } from '@navarch/api';
import { selectorFromLabelSelector } from '@navarch/apimachinery';
import {
  CONTROLLER_INDEX,
  Controller,
  controllerIndex,
  enqueueController,
  enqueueObject,
  type Runnable,
} from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { StatefulSetReconciler } from './reconciler';

/** startStatefulSet keeps the pods of StatefulSets, their identities and their volumes. */
export function startStatefulSet(context: ControllerContext): Runnable[] {
  const sets = context.informers.informer(StatefulSets);
  const pods = context.informers.informer(Pods);
  const claims = context.informers.informer(PersistentVolumeClaims);
  const revisions = context.informers.informer(ControllerRevisions);
  for (const informer of [pods, revisions]) informer.addIndex(CONTROLLER_INDEX, controllerIndex);
  const reconciler = new StatefulSetReconciler(context, sets, pods, claims, revisions);
  const controller = new Controller({
    ...standard(context),
    name: 'statefulset',
    concurrency: context.settings.concurrentSyncs,
    waitFor: [sets, pods, claims, revisions],
    reconcile: key => reconciler.reconcile(key),
  });
  const { queue } = controller;
  sets.addHandler(enqueueObject(queue));
  pods.addHandler(
    enqueueController({
      ...{ queue, kind: StatefulSets.kind, owners: sets },
      selector: set => selectorFromLabelSelector(set.spec?.selector),
    }),
  );
  return [{ name: 'statefulset', run: signal => controller.run(signal) }];
}
