import { PersistentVolumeClaims, PersistentVolumes, Pods, type ResourceToken, type corev1 } from '@navarch/api';
import { isNotFound, keyString, objectKey, type KubeObject } from '@navarch/apimachinery';
import { Controller, enqueueObject, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { CLAIM_FINALIZER, VOLUME_FINALIZER, claimsOfPod, planFinalizer, usesClaim, withFinalizers } from './plan';

/** startPvcProtection keeps a claim that is deleted until no pod uses it. */
export function startPvcProtection(context: ControllerContext): Runnable[] {
  const claims = context.informers.informer(PersistentVolumeClaims);
  const pods = context.informers.informer(Pods);
  const controller = new Controller({
    ...standard(context),
    name: 'pvcprotection',
    waitFor: [claims, pods],
    reconcile: async ({ namespace, name }) => {
      const claim = claims.get(namespace, name);
      if (!claim) return;
      const plan = planFinalizer(claim, CLAIM_FINALIZER, isUsed(pods.list(namespace), name));
      if (plan === 'keep') return;
      // Before a claim is let go the server is asked: a pod may be new.
      if (plan === 'remove' && isUsed((await context.client.resource(Pods).list(namespace)).items, name)) return;
      await write(context, PersistentVolumeClaims, withFinalizers(claim, CLAIM_FINALIZER, plan));
    },
  });
  const isUsed = (all: readonly corev1.Pod[], name: string) => all.some(pod => usesClaim(pod, name));
  const enqueue = (pod: corev1.Pod) => {
    for (const name of claimsOfPod(pod)) {
      const claim = claims.get(pod.metadata?.namespace ?? '', name);
      if (claim?.metadata?.deletionTimestamp) controller.queue.add(keyString(objectKey(claim)));
    }
  };
  claims.addHandler(enqueueObject(controller.queue));
  pods.addHandler({ deleted: enqueue });
  return [{ name: 'pvcprotection', run: signal => controller.run(signal) }];
}

/** startPvProtection keeps a volume that is deleted until it is bound to no claim. */
export function startPvProtection(context: ControllerContext): Runnable[] {
  const volumes = context.informers.informer(PersistentVolumes);
  const controller = new Controller({
    ...standard(context),
    name: 'pvprotection',
    waitFor: [volumes],
    reconcile: async ({ name }) => {
      const volume = volumes.get('', name);
      if (!volume) return;
      const plan = planFinalizer(volume, VOLUME_FINALIZER, volume.status?.phase === 'Bound');
      if (plan !== 'keep') await write(context, PersistentVolumes, withFinalizers(volume, VOLUME_FINALIZER, plan));
    },
  });
  volumes.addHandler(enqueueObject(controller.queue));
  return [{ name: 'pvprotection', run: signal => controller.run(signal) }];
}

async function write<T extends KubeObject>(
  { client }: ControllerContext,
  token: ResourceToken<T>,
  object: T,
): Promise<void> {
  try {
    await client.resource(token).update(object);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
