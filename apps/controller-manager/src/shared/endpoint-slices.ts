import { EndpointSlices, type discoveryv1 } from '@navarch/api';
import { isDeleting, isNotFound, keyString, type ObjectKey } from '@navarch/apimachinery';
import type { Informer, WorkQueue } from '@navarch/client';
import type { ControllerContext } from '../context';
import { canonicalJson } from './equality';
import { isNamespaceTerminating } from './pod-control';
import { SliceTracker } from './slice-tracker';

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';

type Slice = discoveryv1.EndpointSlice;

/** NewSlice is what a plan says of a slice that is to be created; metadata come from its controller. */
export type NewSlice = Pick<Slice, 'addressType' | 'endpoints' | 'ports'>;

/** SlicePlan is what to do to the slices of one service. */
export interface SlicePlan {
  readonly create: readonly NewSlice[];
  readonly update: readonly Slice[];
  readonly delete: readonly Slice[];
}

/** portsKey is equal for slices that serve the same ports, in whichever order. */
export const portsKey = (ports: readonly discoveryv1.EndpointPort[] | undefined) =>
  (ports ?? []).map(canonicalJson).sort().join();

/**
 * ManagedSlices are the slices that one controller keeps, by the key of the service they belong to. It knows what it wrote, so
 * that a pass on a cache that has not seen that yet does not write it twice.
 */
export class ManagedSlices {
  private readonly tracker = new SliceTracker();
  private readonly index: string;

  /** managedBy is the controller's value of the label that tells whose a slice is. */
  constructor(
    private readonly context: ControllerContext,
    private readonly informer: Informer<Slice>,
    private readonly managedBy: string,
  ) {
    this.index = `service of ${managedBy}`;
    informer.addIndex(this.index, slice => (this.isOurs(slice) ? [serviceKey(slice)] : []));
  }

  /** enqueueTo adds the service of a slice of ours to the queue when the slice changes, comes into our hands or leaves them. */
  enqueueTo(queue: WorkQueue): void {
    const add = (slice: Slice) => {
      if (this.isOurs(slice)) queue.add(serviceKey(slice));
    };
    this.informer.addHandler({
      added: add,
      updated: (old, current) => {
        add(old);
        add(current);
      },
      deleted: slice => {
        this.tracker.drop(serviceKey(slice), slice);
        add(slice);
      },
    });
  }

  /** of gives the service's slices, without those that are being deleted; undefined while the cache is behind our own writes. */
  of(service: ObjectKey): Slice[] | undefined {
    const key = keyString(service);
    const slices = this.informer.byIndex(this.index, key).filter(slice => !isDeleting(slice));
    return this.tracker.isStale(key, slices, this.context.clock.now()) ? undefined : slices;
  }

  /** forget is for services that are gone. */
  forget(service: ObjectKey): void {
    this.tracker.forget(keyString(service));
  }

  /** apply writes a plan; new slices get `metadata`. A namespace that is being deleted takes what is missing with it. */
  async apply(service: ObjectKey, plan: SlicePlan, metadata: Slice['metadata']): Promise<void> {
    const client = this.context.client.resource(EndpointSlices);
    const key = keyString(service);
    const note = (slice: Slice) => this.tracker.note(key, slice, this.context.clock.now());
    try {
      // First what is new, so that no endpoint is missing for a moment.
      for (const slice of plan.create) note(await client.create({ metadata, ...slice }));
      for (const slice of plan.update) note(await client.update(slice));
      for (const slice of plan.delete) {
        await client.delete(service.namespace, slice.metadata?.name ?? '').catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
        this.tracker.drop(key, slice);
      }
    } catch (error) {
      if (!isNamespaceTerminating(error)) throw error;
    }
  }

  private isOurs(slice: Slice): boolean {
    return slice.metadata?.labels?.[MANAGED_BY_LABEL] === this.managedBy;
  }
}

const serviceKey = (slice: Slice) =>
  keyString({ namespace: slice.metadata?.namespace ?? '', name: slice.metadata?.labels?.[SERVICE_NAME_LABEL] ?? '' });
