import { Endpoints, EndpointSlices, Services, type corev1 } from '@navarch/api';
import { isDeleting, type ObjectKey } from '@navarch/apimachinery';
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
import { STALE_MS } from '../../shared/slice-tracker';
import { isMirrored, MANAGED_BY, MAX_MIRRORED, mirroredMetadata, planMirror } from './plan';

/** startEndpointSliceMirroring keeps EndpointSlices for Endpoints that users write: those of services without a selector. */
export function startEndpointSliceMirroring(context: ControllerContext): Runnable[] {
  const services = context.informers.informer(Services);
  const endpoints = context.informers.informer(Endpoints);
  const slices = context.informers.informer(EndpointSlices);
  const managed = new ManagedSlices(context, slices, MANAGED_BY);
  const reconciler = new MirrorReconciler(context, services, endpoints, managed);
  const controller = new Controller({
    ...standard(context),
    name: 'endpoint_slice_mirroring',
    concurrency: context.settings.concurrentSyncs,
    waitFor: [services, endpoints, slices],
    reconcile: key => reconciler.reconcile(key),
  });
  const { queue } = controller;
  services.addHandler(enqueueObject(queue));
  endpoints.addHandler(enqueueObject(queue));
  managed.enqueueTo(queue);
  return [{ name: 'endpoint_slice_mirroring', run: signal => controller.run(signal) }];
}

class MirrorReconciler {
  constructor(
    private readonly context: ControllerContext,
    private readonly services: Informer<corev1.Service>,
    private readonly endpoints: Informer<corev1.Endpoints>,
    private readonly slices: ManagedSlices,
  ) {}

  async reconcile(key: ObjectKey): Promise<Result | void> {
    const { namespace, name } = key;
    const service = this.services.get(namespace, name);
    const endpoints = this.endpoints.get(namespace, name);
    const existing = this.slices.of(key);
    // The slices' own events call again before that.
    if (!existing) return { requeueAfterMs: STALE_MS };
    if (!service || !endpoints || !isMirrored(endpoints) || hasSelector(service)) {
      await this.slices.apply(key, { create: [], update: [], delete: existing }, undefined);
      return this.slices.forget(key);
    }
    if (isDeleting(endpoints)) return;
    const release = await this.context.release();
    const plan = planMirror(endpoints, existing, release);
    if (plan.skipped) this.tellSkipped(endpoints, plan.skipped);
    await this.slices.apply(key, plan, {
      namespace,
      generateName: `${name}-`,
      ...mirroredMetadata(endpoints, release),
      ownerReferences: [controllerReference(Endpoints, endpoints)],
    });
  }

  private tellSkipped(endpoints: corev1.Endpoints, skipped: number): void {
    const message = `A max of ${MAX_MIRRORED} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`;
    this.context.events.event(endpoints, 'Warning', 'TooManyAddressesToMirror', message);
  }
}
