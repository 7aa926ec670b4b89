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
import { Controller, enqueueObject, type Result, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { hasSelector } from '../../shared/endpoints';
import { semanticEqual } from '../../shared/equality';
import { isNamespaceTerminating } from '../../shared/pod-control';
import { enqueueServicesOf } from '../../shared/service-handlers';
import { TriggerTimes, withTriggerTime } from '../../shared/trigger-times';
import { BEHIND_MS, WriteWatch } from '../../shared/write-watch';
import { endpointsLabels, planSubsets } from './plan';

const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

/** startEndpoints keeps an Endpoints object for each service with a selector. Objects of services without one are the user's. */
export function startEndpoints(context: ControllerContext): Runnable[] {
  const services = context.informers.informer(Services);
  const pods = context.informers.informer(Pods);
  const endpoints = context.informers.informer(Endpoints);
  const writes = new WriteWatch<corev1.Endpoints>();
  const reconciler = new EndpointsReconciler(context, services, pods, endpoints, writes);
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
  const enqueue = (object: corev1.Endpoints) => queue.add(keyString(objectKey(object)));
  // What somebody else writes stays until the service or a pod changes; Endpoints without a service are their author's.
  const see = (object: corev1.Endpoints) => {
    if (writes.seen(object)) enqueue(object);
  };
  endpoints.addHandler({
    added: see,
    updated: (_old, current) => see(current),
    deleted: object => {
      writes.gone(object);
      enqueue(object);
    },
  });
  const run = async (signal: AbortSignal) => {
    const leftovers = Promise.all([services.synced(signal), endpoints.synced(signal)]).then(() =>
      endpoints.list().filter(isNoLock).forEach(enqueue),
    );
    await Promise.all([leftovers.catch(() => undefined), controller.run(signal)]);
  };
  return [{ name: 'endpoint', run }];
}

/** isNoLock: the object is no lock of a leader election. */
const isNoLock = ({ metadata }: corev1.Endpoints) => metadata?.annotations?.[LEADER] === undefined;

class EndpointsReconciler {
  private readonly triggers = new TriggerTimes();

  constructor(
    private readonly context: ControllerContext,
    private readonly services: Informer<corev1.Service>,
    private readonly pods: Informer<corev1.Pod>,
    private readonly endpoints: Informer<corev1.Endpoints>,
    private readonly writes: WriteWatch<corev1.Endpoints>,
  ) {}

  async reconcile(key: ObjectKey): Promise<Result | void> {
    const { namespace, name } = key;
    const service = this.services.get(namespace, name);
    const current = this.endpoints.get(namespace, name);
    if (!service) return this.remove(key, current);
    // Its own event calls again when the cache has what was written.
    if (!hasSelector(service)) return;
    if (this.writes.isBehind(keyString(key), this.context.clock.now())) return { requeueAfterMs: BEHIND_MS };
    const release = await this.context.release();
    const selector = selectorFromSet(service.spec?.selector);
    const selected = this.pods.list(namespace).filter(pod => selector.matches(pod.metadata?.labels));
    const triggered = this.triggers.look(keyString(key), service, selected);
    const { subsets, truncated } = planSubsets(service, selected, release);
    const labels = endpointsLabels(service, release);
    const overCapacity = current?.metadata?.annotations?.[OVER_CAPACITY] !== undefined;
    if (
      current &&
      semanticEqual(current.subsets, subsets) &&
      semanticEqual(current.metadata?.labels, labels) &&
      overCapacity === truncated
    )
      return;
    const { [OVER_CAPACITY]: _old, ...annotations } = withTriggerTime(current?.metadata?.annotations, triggered);
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
    const { namespace, name } = objectKey(service);
    try {
      const written = current ? await client.update(wanted) : await client.create(wanted);
      this.writes.note(written, this.endpoints.get(namespace, name), this.context.clock.now());
    } catch (error) {
      // A namespace that goes takes its endpoints with it.
      if (isNamespaceTerminating(error)) return;
      const [reason, verb] = current ? ['FailedToUpdateEndpoint', 'update'] : ['FailedToCreateEndpoint', 'create'];
      const message = `Failed to ${verb} endpoint ${namespace}/${name}: ${(error as Error).message}`;
      if (!isAlreadyExists(error)) this.context.events.event(service, 'Warning', reason!, message);
      throw error;
    }
  }

  /** remove deletes the endpoints of a service that is gone, whoever wrote them. */
  private async remove(key: ObjectKey, current: corev1.Endpoints | undefined): Promise<void> {
    this.triggers.forget(keyString(key));
    if (!current) return;
    const { namespace = '', name = '', uid } = current.metadata ?? {};
    await this.context.client
      .resource(Endpoints)
      .delete(namespace, name, { preconditions: { uid } })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }
}
