import { Pods, ReplicaSets, ReplicationControllers, type appsv1, type corev1 } from '@navarch/api';
import {
  controllerOf,
  keyString,
  isDeleting,
  objectKey,
  selectorFromLabelSelector,
  selectorFromSet,
} from '@navarch/apimachinery';
import {
  CONTROLLER_INDEX,
  Controller,
  Expectations,
  controllerIndex,
  enqueueObject,
  type Runnable,
} from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import { ReplicaReconciler, type ReplicaKind } from './reconciler';
import type { ReplicaOwner } from './status';

/** startReplicaSet keeps the pods of ReplicaSets. */
export function startReplicaSet(context: ControllerContext): Runnable[] {
  const kind: ReplicaKind<appsv1.ReplicaSet> = {
    token: ReplicaSets,
    selector: owner => selectorFromLabelSelector(owner.spec?.selector),
  };
  return [startReplicas(context, kind, 'replicaset')];
}

/** startReplicationController keeps the pods of ReplicationControllers, by the same rules. */
export function startReplicationController(context: ControllerContext): Runnable[] {
  const kind: ReplicaKind<corev1.ReplicationController> = {
    token: ReplicationControllers,
    selector: owner => selectorFromSet(owner.spec?.selector),
  };
  return [startReplicas(context, kind, 'replicationmanager')];
}

function startReplicas<T extends ReplicaOwner>(
  context: ControllerContext,
  kind: ReplicaKind<T>,
  queueName: string,
): Runnable {
  const owners = context.informers.informer(kind.token);
  const pods = context.informers.informer(Pods);
  owners.addIndex(CONTROLLER_INDEX, controllerIndex);
  pods.addIndex(CONTROLLER_INDEX, controllerIndex);
  const expectations = new Expectations(context.clock);
  const reconciler = new ReplicaReconciler(context, kind, owners, pods, expectations);
  const controller = new Controller({
    ...standard(context),
    name: queueName,
    concurrency: context.settings.concurrentSyncs,
    waitFor: [owners, pods],
    reconcile: key => reconciler.reconcile(key),
  });
  const { queue } = controller;
  const ownerKeyOf = (pod: corev1.Pod): string | undefined => {
    const reference = controllerOf(pod);
    if (reference?.kind !== kind.token.kind) return undefined;
    const owner = owners.get(pod.metadata?.namespace ?? '', reference.name);
    return owner?.metadata?.uid === reference.uid ? keyString(objectKey(owner)) : undefined;
  };
  const enqueueMatching = (pod: corev1.Pod) => {
    for (const owner of owners.list(pod.metadata?.namespace)) {
      if (kind.selector(owner).matches(pod.metadata?.labels)) queue.add(keyString(objectKey(owner)));
    }
  };
  const onDeleted = (pod: corev1.Pod) => {
    const key = ownerKeyOf(pod);
    if (!key) return;
    expectations.deletionObserved(key, pod.metadata?.uid ?? '');
    queue.add(key);
  };
  owners.addHandler(enqueueObject(queue));
  owners.addHandler({ deleted: owner => expectations.forget(keyString(objectKey(owner))) });
  pods.addHandler({
    added: pod => {
      if (isDeleting(pod)) return onDeleted(pod);
      const key = ownerKeyOf(pod);
      if (key) {
        expectations.creationObserved(key);
        queue.add(key);
      } else if (!controllerOf(pod)) enqueueMatching(pod);
    },
    updated: (old, pod) => {
      if (isDeleting(pod)) return onDeleted(pod);
      const before = ownerKeyOf(old);
      const key = ownerKeyOf(pod);
      if (before && before !== key) queue.add(before);
      if (key) queue.add(key);
      else if (!controllerOf(pod) && (controllerOf(old) || !semanticEqual(old.metadata?.labels, pod.metadata?.labels)))
        enqueueMatching(pod);
    },
    deleted: onDeleted,
  });
  return { name: queueName, run: signal => controller.run(signal) };
}
