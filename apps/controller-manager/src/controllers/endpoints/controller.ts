import { Endpoints, Pods, Services, type corev1 } from '@navarch/api';
import {
  isAlreadyExists,
  isNotFound,
  keyString,
  objectKey,
  selectorFromSet,
  type ObjectKey,
} from '@navarch/apimachinery';
import type { Informer } from '@navarch/client';
import { Controller, enqueueObject, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { hasSelector } from '../../shared/endpoints';
import { semanticEqual } from '../../shared/equality';
import { isNamespaceTerminating } from '../../shared/pod-control';
import { enqueueServicesOf } from '../../shared/service-handlers';
import { endpointsLabels, planSubsets } from './plan';

const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

/** startEndpoints keeps an Endpoints object for each service with a selector. Objects of services without one are the user's. */
export function startEndpoints(context: ControllerContext): Runnable[] {
  const services = context.informers.informer(Services);
  const pods = context.informers.informer(Pods);
  const endpoints = context.informers.informer(Endpoints);
  const reconciler = new EndpointsReconciler(context, services, pods, endpoints);
  const controller = new Controller({
    ...standard(context),
    name: 'endpoint',
    concurrency: context.settings.concurrentSyncs,
    waitFor: [services, pods, endpoints],
    reconcile: key => reconciler.reconcile(key),
  });
  const { queue } = controller;
  services.addHandler(enqueueObject(queue));
  pods.addHandler(enqueueServicesOf(services, queue));
  const requeue = (object: corev1.Endpoints) => queue.add(keyString(objectKey(object)));
  endpoints.addHandler({ added: requeue, updated: (_old, current) => requeue(current), deleted: requeue });
  return [{ name: 'endpoint', run: signal => controller.run(signal) }];
}

class EndpointsReconciler {
  constructor(
    private readonly context: ControllerContext,
    private readonly services: Informer<corev1.Service>,
    private readonly pods: Informer<corev1.Pod>,
    private readonly endpoints: Informer<corev1.Endpoints>,
  ) {}

  async reconcile({ namespace, name }: ObjectKey): Promise<void> {
    const service = this.services.get(namespace, name);
    const current = this.endpoints.get(namespace, name);
    if (!service) return this.removeLeftover(current);
    if (!hasSelector(service)) return;
    const selector = selectorFromSet(service.spec?.selector);
    const selected = this.pods.list(namespace).filter(pod => selector.matches(pod.metadata?.labels));
    const { subsets, truncated } = planSubsets(service, selected);
    const labels = endpointsLabels(service);
    const overCapacity = current?.metadata?.annotations?.[OVER_CAPACITY] !== undefined;
    if (
      current &&
      semanticEqual(current.subsets, subsets) &&
      semanticEqual(current.metadata?.labels, labels) &&
      overCapacity === truncated
    )
      return;
    const { [OVER_CAPACITY]: _old, ...annotations } = current?.metadata?.annotations ?? {};
    if (truncated) annotations[OVER_CAPACITY] = 'truncated';
    await this.write(service, current, {
      ...current,
      metadata: { ...current?.metadata, namespace, name, labels, annotations },
      subsets,
    });
  }

  private async write(
    service: corev1.Service,
    current: corev1.Endpoints | undefined,
    wanted: corev1.Endpoints,
  ): Promise<void> {
    const client = this.context.client.resource(Endpoints);
    try {
      if (current) await client.update(wanted);
      else await client.create(wanted);
    } catch (error) {
      // A namespace that goes takes its endpoints with it.
      if (isNamespaceTerminating(error)) return;
      const [reason, verb] = current ? ['FailedToUpdateEndpoint', 'update'] : ['FailedToCreateEndpoint', 'create'];
      const { namespace, name } = objectKey(service);
      const message = `Failed to ${verb} endpoint ${namespace}/${name}: ${(error as Error).message}`;
      if (!isAlreadyExists(error)) this.context.events.event(service, 'Warning', reason!, message);
      throw error;
    }
  }

  /** removeLeftover deletes the endpoints of a service that is gone; other Endpoints objects without a service are left alone. */
  private async removeLeftover(current: corev1.Endpoints | undefined): Promise<void> {
    if (!current || current.metadata?.labels?.['endpoints.kubernetes.io/managed-by'] !== 'endpoint-controller') return;
    const { namespace = '', name = '', uid } = current.metadata;
    await this.context.client
      .resource(Endpoints)
      .delete(namespace, name, { preconditions: { uid } })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }
}
