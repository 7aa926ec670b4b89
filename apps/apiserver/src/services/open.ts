import type { corev1 } from '@navarch/api';
import type { Clock, Logger } from '@navarch/base';
import type { StorageBackend } from '@navarch/storage';
import type { Config } from '../config';
import { RangeAllocator } from './range-allocator';
import type { RepairOptions } from './repair-loop';
import { ServiceAllocator } from './service-allocator';

/** openServiceAllocation opens the records of addresses and ports, and what hands them out and puts them right. */
export function openServiceAllocation(
  backend: StorageBackend,
  config: Config,
  services: () => Promise<readonly corev1.Service[]>,
  clock: Clock,
  log: Logger,
): {
  readonly allocator: ServiceAllocator;
  readonly pools: { readonly addresses: RangeAllocator; readonly ports: RangeAllocator };
  readonly repair: RepairOptions;
} {
  const ranges = backend.storage({ prefix: '/registry/ranges/', namespaced: false, attributesOf });
  const addresses = new RangeAllocator(ranges, config.clusterIps);
  const ports = new RangeAllocator(ranges, config.nodePorts);
  const onError = (error: unknown) => log.error('Releasing service allocations failed', error);
  return {
    allocator: new ServiceAllocator({ addresses, ports, emulated: config.emulated, onError }),
    pools: { addresses, ports },
    repair: { addresses, ports, services, clock, log },
  };
}

/** attributesOf is what selectors would see of a record that is no API object: its name. */
export function attributesOf(object: { metadata: { name: string } }) {
  const { name } = object.metadata;
  return { namespace: '', name, labels: {}, fields: { 'metadata.name': name } };
}
