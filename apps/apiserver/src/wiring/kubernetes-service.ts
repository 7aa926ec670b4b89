import { Endpoints, EndpointSlices, ServiceCIDRs, Services } from '@navarch/api';
import { DefaultServiceCidr } from '../bootstrap/default-service-cidr';
import { KubernetesService, LEASE_SECONDS } from '../bootstrap/kubernetes-service';
import { SERVER } from '../field-managers';
import { numberToIpv4 } from '../services/address-range';
import { attributesOf } from '../services/open';
import { RANGES_ARE_OBJECTS } from '../services/service-allocator';
import type { Foundation } from './foundation';

/** openKubernetesService makes the keeper of the Service `kubernetes`, whose endpoints are the live API servers. */
export function openKubernetesService({ server, etcd, config, flags, clock, log }: Foundation, port: number) {
  return new KubernetesService({
    services: server().store(Services, SERVER),
    endpoints: server().store(Endpoints, SERVER),
    slices: server().store(EndpointSlices, SERVER),
    leases: etcd.storage({
      prefix: '/registry/masterleases/',
      namespaced: false,
      attributesOf,
      ttlSeconds: () => LEASE_SECONDS,
    }),
    clusterIp: numberToIpv4(config.clusterIps.base),
    address: config.advertiseAddress,
    nodePort: flags['kubernetes-service-node-port'],
    ...{ port, clock, log },
  });
}

/** openDefaultServiceCidr makes the keeper of the ServiceCIDR `kubernetes`; undefined: the release has no such objects. */
export function openDefaultServiceCidr({ server, informers, config, emulated, clock, log }: Foundation) {
  if (emulated < RANGES_ARE_OBJECTS) return undefined;
  return new DefaultServiceCidr({
    cidrs: server().store(ServiceCIDRs, SERVER),
    informer: informers.informer(ServiceCIDRs),
    network: config.clusterIps.text,
    ...{ clock, log },
  });
}
