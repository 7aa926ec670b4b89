import type { corev1, discoveryv1 } from '@navarch/api';
import type { Clock, Logger } from '@navarch/base';
import type { Store } from '@navarch/apiserver-runtime';
import type { Storage } from '@navarch/storage';
import { isDeepStrictEqual } from 'node:util';
import { ensure } from './ensure';

/** LEASE_SECONDS is how long an apiserver that says nothing is still listed. */
export const LEASE_SECONDS = 15;
const RENEW_MS = 10_000;
const NAMESPACE = 'default';
const NAME = 'kubernetes';

export interface KubernetesServiceParts {
  readonly services: Store<corev1.Service>;
  readonly endpoints: Store<corev1.Endpoints>;
  readonly slices: Store<discoveryv1.EndpointSlice>;
  /** leases are the records by which apiservers know each other, each with a time to live: `/registry/masterleases/<address>`. */
  readonly leases: Storage;
  /** clusterIp is the first address of the service network. */
  readonly clusterIp: string;
  readonly address: string;
  readonly port: number;
  /** nodePort is where every node offers the Service; 0: it has a cluster IP only. */
  readonly nodePort: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** KubernetesService keeps Service default/kubernetes, and its endpoints at the living apiservers. */
export class KubernetesService {
  private generation = 0;
  private withdrawn = false;

  constructor(private readonly parts: KubernetesServiceParts) {}

  /** ensure makes the Service, or brings its type and its ports into order, and lists this apiserver. */
  async ensure(): Promise<void> {
    const { services, clusterIp, port, nodePort } = this.parts;
    const wanted = kubernetesService(clusterIp, port, nodePort);
    const there = await ensure(services, wanted);
    if (!isDeepStrictEqual(inOrder(there, wanted), there))
      await services.update(NAMESPACE, NAME, current => inOrder(current, wanted));
    await this.renew();
  }

  /** run renews this apiserver's lease and takes out those who no longer renew theirs, until signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.parts.clock.sleep(RENEW_MS, signal);
        await this.renew();
      } catch (error) {
        if (!signal.aborted) this.parts.log.error('Renewing the endpoints of the kubernetes service failed', error);
      }
    }
  }

  /** withdraw takes this apiserver out of the endpoints, before it stops. */
  async withdraw(): Promise<void> {
    this.withdrawn = true;
    await this.parts.leases.delete({ namespace: '', name: this.parts.address });
    await this.publish();
  }

  private async renew(): Promise<void> {
    if (this.withdrawn) return;
    const { leases, address } = this.parts;
    this.generation++;
    // The generation changes with each renewal: an unchanged record would not be written, and its time to live would run out.
    const metadata = { name: address, generation: this.generation, uid: '', creationTimestamp: null };
    const subsets = [{ addresses: [{ ip: address }] }];
    await leases.guaranteedUpdate({ namespace: '', name: address }, () => ({
      kind: 'Endpoints',
      apiVersion: 'v1',
      metadata,
      subsets,
    }));
    await this.publish();
  }

  private async publish(): Promise<void> {
    const { leases, endpoints, slices, port } = this.parts;
    const { entries } = await leases.list({ predicate: {} });
    const addresses = entries.map(entry => entry.name).sort();
    if (!addresses.length) return;
    await this.put(endpoints, kubernetesEndpoints(addresses, port), (there, wanted) => ({
      ...there,
      subsets: wanted.subsets,
    }));
    await this.put(slices, kubernetesSlice(addresses, port), (there, wanted) => ({
      ...there,
      endpoints: wanted.endpoints,
      ports: wanted.ports,
    }));
  }

  private async put<T extends corev1.Endpoints | discoveryv1.EndpointSlice>(
    store: Store<T>,
    wanted: T,
    merge: (there: T, wanted: T) => T,
  ): Promise<void> {
    const there = await ensure(store, wanted);
    if (!isDeepStrictEqual(merge(there, wanted), there))
      await store.update(NAMESPACE, NAME, current => merge(current, wanted));
  }
}

/** inOrder is a Service with the type and the ports that are wanted. */
const inOrder = (there: corev1.Service, { spec }: corev1.Service): corev1.Service => ({
  ...there,
  spec: { ...there.spec, type: spec!.type!, ports: spec!.ports! },
});

function kubernetesService(clusterIp: string, port: number, nodePort: number): corev1.Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: NAME, namespace: NAMESPACE, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      clusterIP: clusterIp,
      ipFamilyPolicy: 'SingleStack',
      type: nodePort ? 'NodePort' : 'ClusterIP',
      sessionAffinity: 'None',
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port, ...(nodePort && { nodePort }) }],
    },
  };
}

/** kubernetesEndpoints lists the apiservers; the label keeps the mirroring controller away. Pure. */
export function kubernetesEndpoints(addresses: readonly string[], port: number): corev1.Endpoints {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: NAME, namespace: NAMESPACE, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: addresses.map(ip => ({ ip })), ports: [{ name: 'https', port, protocol: 'TCP' }] }],
  };
}

/** kubernetesSlice is the same as an EndpointSlice. Pure. */
export function kubernetesSlice(addresses: readonly string[], port: number): discoveryv1.EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: NAME, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': NAME } },
    addressType: 'IPv4',
    endpoints: addresses.map(address => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  };
}
