import { EndpointSlices, Nodes, Pods, Services, type corev1 } from '@navarch/api';
import { isDeleting, keyString, selectorFromSet, type ObjectKey } from '@navarch/apimachinery';
import type { Informer } from '@navarch/client';
import {
  Controller,
  controllerReference,
  enqueueObject,
  type Result,
  type Runnable,
} from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { ManagedSlices } from '../../shared/endpoint-slices';
import { hasSelector } from '../../shared/endpoints';
import { enqueueServicesOf } from '../../shared/service-handlers';
import { STALE_MS } from '../../shared/slice-tracker';
import { TriggerTimes, withTriggerTime } from '../../shared/trigger-times';
import { MANAGED_BY, planSlices, sliceLabels } from './plan';

/** startEndpointSlice keeps the EndpointSlices of each service with a selector. */
export function startEndpointSlice(context: ControllerContext): Runnable[] {
  const services = context.informers.informer(Services);
  const pods = context.informers.informer(Pods);
  const nodes = context.informers.informer(Nodes);
  const slices = context.informers.informer(EndpointSlices);
  const managed = new ManagedSlices(context, slices, MANAGED_BY);
  const reconciler = new EndpointSliceReconciler(context, { services, pods, nodes }, managed);
  const controller = new Controller({
    ...standard(context),
    name: 'endpoint_slice',
    concurrency: context.settings.concurrentSyncs,
    waitFor: [services, pods, nodes, slices],
    reconcile: key => reconciler.reconcile(key),
  });
  const { queue } = controller;
  services.addHandler(enqueueObject(queue));
  pods.addHandler(enqueueServicesOf(services, queue));
  managed.enqueueTo(queue);
  return [{ name: 'endpoint_slice', run: signal => controller.run(signal) }];
}

interface Informers {
  readonly services: Informer<corev1.Service>;
  readonly pods: Informer<corev1.Pod>;
  readonly nodes: Informer<corev1.Node>;
}

class EndpointSliceReconciler {
  private readonly triggers = new TriggerTimes();

  constructor(
    private readonly context: ControllerContext,
    private readonly informers: Informers,
    private readonly slices: ManagedSlices,
  ) {}

  async reconcile(key: ObjectKey): Promise<Result | void> {
    const { namespace, name } = key;
    const service = this.informers.services.get(namespace, name);
    // Slices of a deleted service go with it: it is their owner.
    if (!service) {
      this.triggers.forget(keyString(key));
      return this.slices.forget(key);
    }
    if (!hasSelector(service) || isDeleting(service)) return;
    const existing = this.slices.of(key);
    // The slices' own events call again before that.
    if (!existing) return { requeueAfterMs: STALE_MS };
    const selector = selectorFromSet(service.spec?.selector);
    const selected = this.informers.pods.list(namespace).filter(pod => selector.matches(pod.metadata?.labels));
    const triggered = this.triggers.look(keyString(key), service, selected);
    const release = await this.context.release();
    const plan = planSlices(service, selected, node => this.zoneOf(node), existing, release);
    const timed = release.has('timedPlaceholders') || plan.create.some(({ endpoints }) => endpoints.length > 0);
    const update = plan.update.map(slice => ({
      ...slice,
      metadata: { ...slice.metadata, annotations: withTriggerTime(slice.metadata?.annotations, triggered) },
    }));
    const ownerReferences = [controllerReference(Services, service)];
    try {
      await this.slices.apply(
        key,
        { ...plan, update },
        {
          namespace,
          generateName: `${name}-`,
          labels: sliceLabels(service),
          annotations: withTriggerTime(undefined, timed ? triggered : undefined),
          ownerReferences,
        },
      );
    } catch (error) {
      const message = `Error updating Endpoint Slices for Service ${namespace}/${name}: ${(error as Error).message}`;
      this.context.events.event(service, 'Warning', 'FailedToUpdateEndpointSlices', message);
      throw error;
    }
  }

  private zoneOf(node: string): string | undefined {
    return this.informers.nodes.get('', node)?.metadata?.labels?.['topology.kubernetes.io/zone'];
  }
}
