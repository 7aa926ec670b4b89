import { ControllerRevisions, PersistentVolumeClaims, Pods, StatefulSets, type corev1 } from '@navarch/api';
import { controllerOf, keyString, objectKey, selectorFromLabelSelector } from '@navarch/apimachinery';
import {
  CONTROLLER_INDEX,
  Controller,
  controllerIndex,
  controllerKey,
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
  const on = (pod: corev1.Pod) => {
    const key = controllerKey(pod, StatefulSets.kind);
    if (key) return queue.add(key);
    if (controllerOf(pod)) return;
    for (const set of sets.list(pod.metadata?.namespace)) {
      if (selectorFromLabelSelector(set.spec?.selector).matches(pod.metadata?.labels))
        queue.add(keyString(objectKey(set)));
    }
  };
  pods.addHandler({
    added: on,
    updated: (old, pod) => {
      const before = controllerKey(old, StatefulSets.kind);
      if (before && controllerOf(old)?.uid !== controllerOf(pod)?.uid) queue.add(before);
      on(pod);
    },
    deleted: on,
  });
  return [{ name: 'statefulset', run: signal => controller.run(signal) }];
}
