import { EndpointSlices, Nodes, Pods, Services, type corev1, type discoveryv1 } from '@navarch/api';
import { isDeleting, isNotFound, keyString, objectKey, selectorFromSet, type ObjectKey } from '@navarch/apimachinery';
import type { Informer } from '@navarch/client';
import {
  Controller,
  controllerReference,
  enqueueObject,
  type Result,
  type Runnable,
} from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { hasSelector } from '../../shared/endpoints';
import { isNamespaceTerminating } from '../../shared/pod-control';
import { enqueueServicesOf } from '../../shared/service-handlers';
import { MANAGED_BY, MANAGED_BY_LABEL, SERVICE_NAME_LABEL, planSlices, sliceLabels } from './plan';
import { STALE_MS, SliceTracker } from './tracker';

const SERVICE_INDEX = 'service';

/** startEndpointSlice keeps the EndpointSlices of each service with a selector. */
export function startEndpointSlice(context: ControllerContext): Runnable[] {
  const services = context.informers.informer(Services);
  const pods = context.informers.informer(Pods);
  const nodes = context.informers.informer(Nodes);
  const slices = context.informers.informer(EndpointSlices);
  slices.addIndex(SERVICE_INDEX, slice => (isOurs(slice) ? [serviceKey(slice)] : []));
  const tracker = new SliceTracker();
  const reconciler = new EndpointSliceReconciler(context, { services, pods, nodes, slices }, tracker);
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
  const requeue = (slice: discoveryv1.EndpointSlice) => {
    if (isOurs(slice)) queue.add(serviceKey(slice));
  };
  slices.addHandler({
    added: requeue,
    updated: (old, current) => {
      requeue(old);
      requeue(current);
    },
    deleted: slice => {
      tracker.drop(serviceKey(slice), slice);
      requeue(slice);
    },
  });
  return [{ name: 'endpoint_slice', run: signal => controller.run(signal) }];
}

const isOurs = (slice: discoveryv1.EndpointSlice) => slice.metadata?.labels?.[MANAGED_BY_LABEL] === MANAGED_BY;
const serviceKey = (slice: discoveryv1.EndpointSlice) =>
  keyString({ namespace: slice.metadata?.namespace ?? '', name: slice.metadata?.labels?.[SERVICE_NAME_LABEL] ?? '' });

interface Informers {
  readonly services: Informer<corev1.Service>;
  readonly pods: Informer<corev1.Pod>;
  readonly nodes: Informer<corev1.Node>;
  readonly slices: Informer<discoveryv1.EndpointSlice>;
}

class EndpointSliceReconciler {
  constructor(
    private readonly context: ControllerContext,
    private readonly informers: Informers,
    private readonly tracker: SliceTracker,
  ) {}

  async reconcile(object: ObjectKey): Promise<Result | void> {
    const key = keyString(object);
    const service = this.informers.services.get(object.namespace, object.name);
    // Slices of a deleted service go with it: it is their owner.
    if (!service) return this.tracker.forget(key);
    if (!hasSelector(service) || isDeleting(service)) return;
    const existing = this.informers.slices.byIndex(SERVICE_INDEX, key).filter(slice => !isDeleting(slice));
    // The slices' own events call again before that.
    if (this.tracker.isStale(key, existing, this.context.clock.now())) return { requeueAfterMs: STALE_MS };
    const selector = selectorFromSet(service.spec?.selector);
    const selected = this.informers.pods.list(object.namespace).filter(pod => selector.matches(pod.metadata?.labels));
    const plan = planSlices(service, selected, node => this.zoneOf(node), existing);
    await this.apply(key, service, plan);
  }

  private note(key: string, slice: discoveryv1.EndpointSlice): void {
    this.tracker.note(key, slice, this.context.clock.now());
  }

  private zoneOf(node: string): string | undefined {
    return this.informers.nodes.get('', node)?.metadata?.labels?.['topology.kubernetes.io/zone'];
  }

  private async apply(key: string, service: corev1.Service, plan: ReturnType<typeof planSlices>): Promise<void> {
    const client = this.context.client.resource(EndpointSlices);
    const { namespace, name } = objectKey(service);
    const metadata = {
      namespace,
      generateName: `${name}-`,
      labels: sliceLabels(service),
      ownerReferences: [controllerReference(Services, service)],
    };
    try {
      // First what is new, so that no endpoint is missing for a moment.
      for (const slice of plan.create) this.note(key, await client.create({ metadata, ...slice }));
      for (const slice of plan.update) this.note(key, await client.update(slice));
      for (const slice of plan.delete) {
        await client.delete(namespace, slice.metadata?.name ?? '').catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
        this.tracker.drop(key, slice);
      }
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      const message = `Error updating Endpoint Slices for Service ${namespace}/${name}: ${(error as Error).message}`;
      this.context.events.event(service, 'Warning', 'FailedToUpdateEndpointSlices', message);
      throw error;
    }
  }
}
