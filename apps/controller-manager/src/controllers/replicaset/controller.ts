import { Pods, ReplicaSets, ReplicationControllers, type appsv1, type corev1 } from '@navarch/api';
import { keyString, objectKey, selectorFromLabelSelector, selectorFromSet } from '@navarch/apimachinery';
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
  owners.addHandler(enqueueObject(queue));
  owners.addHandler({ deleted: owner => expectations.forget(keyString(objectKey(owner))) });
  pods.addHandler(
    enqueueController({ queue, kind: kind.token.kind, owners, selector: owner => kind.selector(owner), expectations }),
  );
  return { name: queueName, run: signal => controller.run(signal) };
}
