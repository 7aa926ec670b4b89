import { CustomResourceDefinitions, ResourceQuotas, type corev1 } from '@navarch/api';
import { isDeleting, isNotFound, keyString, objectKey, type KubeObject, type ObjectKey } from '@navarch/apimachinery';
import type { EventHandler } from '@navarch/client';
import { amountsOf } from '@navarch/component-helpers';
import { Controller, type Result, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { Meters } from './meters';
import { calculateUsed, meteredBy, sameAmounts, usageOf } from './plan';

/** RESYNC_MS is when a quota is counted again although nothing was seen to change: a write may have been charged and then refused. */
const RESYNC_MS = 300_000;
/** UNKNOWN_MS is when a resource that the server did not have is asked for again. */
const UNKNOWN_MS = 30_000;
/** SETTLE_MS is when new objects are counted. Admission has charged them already, and goes on charging what a count does not see yet. */
const SETTLE_MS = 5_000;

/**
 * startResourceQuota keeps status.used of quotas what there really is. Admission charges what comes; this counts what went, and
 * what is there when a quota is made or changed.
 */
export function startResourceQuota(context: ControllerContext): Runnable[] {
  const quotas = context.informers.informer(ResourceQuotas);
  const crds = context.informers.informer(CustomResourceDefinitions, { metadataOnly: true });
  const { clock } = context;
  const meters = new Meters(context, resource => changes(resource));
  const controller = new Controller({
    ...standard(context),
    name: 'resourcequota_primary',
    concurrency: context.settings.concurrentSyncs,
    waitFor: [quotas],
    reconcile: (key, signal) => reconcile(key, signal),
  });
  const { queue } = controller;

  async function reconcile({ namespace, name }: ObjectKey, signal: AbortSignal): Promise<Result | void> {
    if (!quotas.get(namespace, name)) return;
    const names = Object.keys(quotas.get(namespace, name)?.spec?.hard ?? {});
    const resources = new Set(names.map(meteredBy).filter(resource => resource !== undefined));
    const missing = await meters.ensure(resources, signal);
    const quota = quotas.get(namespace, name);
    if (!quota || isDeleting(quota)) return;
    const hard = quota.spec?.hard ?? {};
    const used = calculateUsed(quota, resource => meters.objects(resource, namespace), clock.now());
    const { status } = quota;
    if (!sameAmounts(used, amountsOf(status?.used)) || !sameAmounts(amountsOf(hard), amountsOf(status?.hard))) {
      const counted = { hard, used: Object.fromEntries([...used].map(([key, amount]) => [key, amount.toString()])) };
      try {
        await context.client.resource(ResourceQuotas).updateStatus({ ...quota, status: counted });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    return { requeueAfterMs: missing.length ? UNKNOWN_MS : RESYNC_MS };
  }

  /** changes tells the quotas of a namespace of the objects that they count. */
  function changes(resource: string): EventHandler<KubeObject> {
    const enqueue = ({ metadata }: KubeObject, delayMs: number) => {
      for (const quota of quotas.list(metadata?.namespace)) {
        if (Object.keys(quota.spec?.hard ?? {}).some(name => meteredBy(name) === resource))
          queue.addAfter(keyString(objectKey(quota)), delayMs);
      }
    };
    const differs = (old: KubeObject, current: KubeObject) =>
      !sameAmounts(usageOf(resource, old, clock.now()), usageOf(resource, current, clock.now())) ||
      // The one field that scopes look at and an update can change.
      (resource === 'pods' && deadline(old) !== deadline(current));
    return {
      added: object => enqueue(object, SETTLE_MS),
      updated: (old, current) => {
        if (differs(old, current)) enqueue(current, 0);
      },
      deleted: object => enqueue(object, 0),
    };
  }

  const changed = ({ spec, status }: corev1.ResourceQuota) =>
    !sameAmounts(amountsOf(spec?.hard), amountsOf(status?.hard));
  quotas.addHandler({
    added: quota => queue.add(keyString(objectKey(quota))),
    updated: (_old, quota) => {
      if (changed(quota)) queue.add(keyString(objectKey(quota)));
    },
  });
  // A definition is named as quotas name its objects: `widgets.example.com`. Those that wait for it are counted once it is served.
  const learn = ({ metadata }: KubeObject) => {
    meters.forgetResources();
    for (const quota of quotas.list()) {
      if (Object.hasOwn(quota.spec?.hard ?? {}, `count/${metadata?.name}`))
        queue.addAfter(keyString(objectKey(quota)), SETTLE_MS);
    }
  };
  crds.addHandler({ added: learn, updated: (_old, definition) => learn(definition), deleted: learn });
  const run = async (signal: AbortSignal) => {
    try {
      await controller.run(signal);
    } finally {
      await meters.stop();
    }
  };
  return [{ name: 'resourcequota', run }];
}

const deadline = (pod: KubeObject) => (pod as corev1.Pod).spec?.activeDeadlineSeconds;
