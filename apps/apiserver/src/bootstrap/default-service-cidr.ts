import type { networkingv1 } from '@navarch/api';
import type { Store } from '@navarch/apiserver-runtime';
import { rfc3339, type Clock, type Logger } from '@navarch/base';
import type { Informer } from '@navarch/client';
import { DEFAULT_CIDR } from '../services/service-cidrs';
import { ensure } from './ensure';

const AGAIN_MS = 10_000;

export interface DefaultServiceCidrParts {
  readonly cidrs: Store<networkingv1.ServiceCIDR>;
  readonly informer: Informer<networkingv1.ServiceCIDR>;
  /** network is the range of the flags: `10.96.0.0/16`. */
  readonly network: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** DefaultServiceCidr keeps the ServiceCIDR of the flags' network: one that is deleted is made again. One with another network is left alone. */
export class DefaultServiceCidr {
  constructor(private readonly parts: DefaultServiceCidrParts) {}

  /** ensure makes the object, and calls it ready. */
  async ensure(): Promise<void> {
    const { cidrs, network, clock, log } = this.parts;
    const there = await ensure(cidrs, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name: DEFAULT_CIDR },
      spec: { cidrs: [network] },
    });
    const isOurs = there.spec?.cidrs?.join() === network;
    if (!isOurs) log.warn('The default ServiceCIDR does not match the flags', { cidrs: there.spec?.cidrs, network });
    if (!isOurs || there.metadata?.deletionTimestamp || there.status?.conditions?.length) return;
    const message = 'Kubernetes default Service CIDR is ready';
    const ready = { type: 'Ready', status: 'True', reason: '', message, lastTransitionTime: rfc3339(clock.now()) };
    await cidrs.update('', DEFAULT_CIDR, cidr => ({
      ...cidr,
      status: { conditions: cidr.status?.conditions ?? [ready as never] },
    }));
  }

  /** run makes the object again when it is deleted, until signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { informer, clock, log } = this.parts;
    const remake = async (): Promise<void> => {
      while (!signal.aborted) {
        try {
          return await this.ensure();
        } catch (error) {
          log.error('Making the default ServiceCIDR failed', error);
          await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
        }
      }
    };
    const handler = informer.addHandler({
      deleted: ({ metadata }) => void (metadata?.name === DEFAULT_CIDR && remake()),
    });
    await new Promise<void>(resolve => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    handler[Symbol.dispose]();
  }
}
