import { Endpoints, EndpointSlices, Services } from '@navarch/api';
import { KubernetesService, LEASE_SECONDS } from '../bootstrap/kubernetes-service';
import { numberToIpv4 } from '../services/address-range';
import { attributesOf } from '../services/open';
import type { Foundation } from './foundation';

/** openKubernetesService makes the keeper of the Service `kubernetes`, whose endpoints are the live API servers. */
export function openKubernetesService({ server, etcd, config, clock, log }: Foundation, port: number) {
  return new KubernetesService({
    services: server().store(Services),
    endpoints: server().store(Endpoints),
    slices: server().store(EndpointSlices),
    leases: etcd.storage({
      prefix: '/registry/masterleases/',
      namespaced: false,
      attributesOf,
      ttlSeconds: () => LEASE_SECONDS,
    }),
    clusterIp: numberToIpv4(config.clusterIps.base),
    address: config.advertiseAddress,
    ...{ port, clock, log },
  });
}
