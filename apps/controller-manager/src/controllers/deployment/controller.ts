import { Deployments, Pods, ReplicaSets, type corev1 } from '@navarch/api';
import { controllerOf, keyString, objectKey, selectorFromLabelSelector } from '@navarch/apimachinery';
import {
  CONTROLLER_INDEX,
  Controller,
  controllerIndex,
  enqueueController,
  enqueueObject,
  type Runnable,
} from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { isRolling } from './sizes';
import { DeploymentReconciler } from './reconciler';

/** startDeployment rolls out Deployments. */
export function startDeployment(context: ControllerContext): Runnable[] {
  const deployments = context.informers.informer(Deployments);
  const replicaSets = context.informers.informer(ReplicaSets);
  const pods = context.informers.informer(Pods);
  replicaSets.addIndex(CONTROLLER_INDEX, controllerIndex);
  pods.addIndex(CONTROLLER_INDEX, controllerIndex);
  const reconciler = new DeploymentReconciler(context, deployments, replicaSets, pods);
  const controller = new Controller({
    ...standard(context),
    name: 'deployment',
    concurrency: context.settings.concurrentSyncs,
    waitFor: [deployments, replicaSets, pods],
    maxRetries: 15,
    reconcile: key => reconciler.reconcile(key),
  });
  const { queue } = controller;
  deployments.addHandler(enqueueObject(queue));
  replicaSets.addHandler(
    enqueueController({
      ...{ queue, kind: Deployments.kind, owners: deployments },
      selector: deployment => selectorFromLabelSelector(deployment.spec?.selector),
    }),
  );
  // A Recreate rollout waits for the last old pod to go.
  pods.addHandler({
    deleted: (pod: corev1.Pod) => {
      const setName = controllerOf(pod)?.name;
      const set = setName === undefined ? undefined : replicaSets.get(pod.metadata?.namespace ?? '', setName);
      const owner = set && controllerOf(set);
      const deployment = owner && deployments.get(pod.metadata?.namespace ?? '', owner.name);
      if (deployment && !isRolling(deployment)) queue.add(keyString(objectKey(deployment)));
    },
  });
  return [{ name: 'deployment', run: signal => controller.run(signal) }];
}
