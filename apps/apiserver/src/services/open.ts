import { IPAddresses, ServiceCIDRs, Services, type corev1 } from '@navarch/api';
import type { ApiServer } from '@navarch/apiserver-runtime';
import type { Clock, Logger } from '@navarch/base';
import type { InformerFactory } from '@navarch/client';
import type { StorageBackend } from '@navarch/storage';
import type { Config } from '../config';
import { SERVER } from '../field-managers';
import { IPAddressPool } from './ip-address-pool';
import { RangeAllocator, type NumberPool, type Range, type Repaired } from './range-allocator';
import type { RepairOptions } from './repair-loop';
import { RANGES_ARE_OBJECTS, ServiceAllocator } from './service-allocator';
import { claimsOf, ownersOf } from './service-claims';
import { rangesOf } from './service-cidrs';

/** openServiceAllocation opens the records of addresses and ports, and what hands them out and puts them right. */
export function openServiceAllocation(
  backend: StorageBackend,
  config: Config,
  server: () => ApiServer,
  informers: InformerFactory,
  clock: Clock,
  log: Logger,
): {
  readonly allocator: ServiceAllocator;
  readonly pools: { readonly addresses: NumberPool; readonly ports: RangeAllocator };
  readonly repair: RepairOptions;
} {
  const ranges = backend.storage({ prefix: '/registry/ranges/', namespaced: false, attributesOf });
  const services = () => server().store(Services).list();
  const ports = new RangeAllocator(ranges, config.nodePorts);
  const { addresses, repair } =
    config.emulated < RANGES_ARE_OBJECTS
      ? openBitmap(new RangeAllocator(ranges, config.clusterIps), services)
      : openRecords(config.clusterIps, server, informers, services, clock);
  const usedPorts = async () => new Set((await services()).flatMap(service => claimsOf(service).ports));
  const onError = (error: unknown) => log.error('Releasing service allocations failed', error);
  return {
    allocator: new ServiceAllocator({ addresses, ports, emulated: config.emulated, onError }),
    pools: { addresses, ports },
    repair: { pools: { addresses: repair, ports: () => ports.repair(usedPorts) }, clock, log },
  };
}

type ListServices = () => Promise<readonly corev1.Service[]>;

/** Addresses is a pool together with what repairs its records. */
interface Addresses {
  readonly addresses: NumberPool;
  readonly repair: () => Promise<Repaired>;
}

function openBitmap(addresses: RangeAllocator, services: ListServices): Addresses {
  const used = async () => new Set((await services()).flatMap(service => claimsOf(service).addresses));
  return { addresses, repair: () => addresses.repair(used) };
}

function openRecords(
  range: Range,
  server: () => ApiServer,
  informers: InformerFactory,
  services: ListServices,
  clock: Clock,
): Addresses {
  const networks = informers.informer(ServiceCIDRs);
  const known = informers.informer(IPAddresses);
  const addresses = new IPAddressPool({
    range,
    others: () => rangesOf(networks.list()),
    records: () => server().store(IPAddresses, SERVER),
    isRecorded: name => known.get('', name) !== undefined,
    clock,
  });
  return { addresses, repair: () => addresses.repair(async () => ownersOf(await services())) };
}

/** attributesOf is what selectors would see of a record that is no API object: its name. */
export function attributesOf(object: { metadata: { name: string } }) {
  const { name } = object.metadata;
  return { namespace: '', name, labels: {}, fields: { 'metadata.name': name } };
}
