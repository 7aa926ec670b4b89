import { EndpointSlices, Namespaces, Services, type corev1, type discoveryv1 } from '@navarch/api';
import type { Informer, InformerFactory } from '@navarch/client';

/** Backend is one address of a headless service, with the name it has below the service. */
export interface Backend {
  readonly ip: string;
  /** hostname is the endpoint's own, or its address with dashes. */
  readonly hostname: string;
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly port: number }[];
}

/** Zone is the cluster's state as far as DNS is concerned. Reads are cheap and see one moment of the caches. */
export interface Zone {
  hasNamespace(namespace: string): boolean;
  service(namespace: string, name: string): corev1.Service | undefined;
  /** backends are the ready endpoints of a service. */
  backends(namespace: string, name: string): readonly Backend[];
  /** serviceAt is the service that has this cluster IP. */
  serviceAt(ip: string): corev1.Service | undefined;
  /** backendsAt are the headless services' backends at an address, with the service each belongs to. */
  backendsAt(
    ip: string,
  ): readonly { readonly namespace: string; readonly service: string; readonly hostname: string }[];
}

const SERVICE_NAME = 'kubernetes.io/service-name';

/** InformerZone reads the informers' caches, by indexes. */
export class InformerZone implements Zone {
  private readonly services: Informer<corev1.Service>;
  private readonly slices: Informer<discoveryv1.EndpointSlice>;
  private readonly namespaces: Informer<corev1.Namespace>;

  constructor(informers: InformerFactory) {
    this.services = informers.informer(Services);
    this.slices = informers.informer(EndpointSlices);
    this.namespaces = informers.informer(Namespaces);
    this.services.addIndex('clusterIP', service => service.spec?.clusterIPs ?? [service.spec?.clusterIP ?? '']);
    this.slices.addIndex('service', slice => [
      `${slice.metadata?.namespace}/${slice.metadata?.labels?.[SERVICE_NAME] ?? ''}`,
    ]);
    this.slices.addIndex('address', slice => (slice.endpoints ?? []).flatMap(endpoint => endpoint.addresses));
  }

  get synced(): boolean {
    return this.services.hasSynced && this.slices.hasSynced && this.namespaces.hasSynced;
  }

  hasNamespace(namespace: string): boolean {
    return this.namespaces.get('', namespace) !== undefined;
  }

  service(namespace: string, name: string): corev1.Service | undefined {
    return this.services.get(namespace, name);
  }

  backends(namespace: string, name: string): readonly Backend[] {
    const found = new Map<string, Backend>();
    for (const slice of this.slices.byIndex('service', `${namespace}/${name}`)) {
      for (const backend of backendsOf(slice)) found.set(backend.ip, backend);
    }
    return [...found.values()];
  }

  serviceAt(ip: string): corev1.Service | undefined {
    return this.services.byIndex('clusterIP', ip)[0];
  }

  backendsAt(ip: string) {
    return this.slices.byIndex('address', ip).flatMap(slice => {
      const namespace = slice.metadata?.namespace ?? '';
      const service = slice.metadata?.labels?.[SERVICE_NAME] ?? '';
      if (this.service(namespace, service)?.spec?.clusterIP !== 'None') return [];
      return backendsOf(slice)
        .filter(backend => backend.ip === ip)
        .map(({ hostname }) => ({ namespace, service, hostname }));
    });
  }
}

/** backendsOf lists a slice's ready IPv4 endpoints. */
export function backendsOf(slice: discoveryv1.EndpointSlice): Backend[] {
  if (slice.addressType !== 'IPv4') return [];
  const ports = (slice.ports ?? []).flatMap(({ name = '', protocol = 'TCP', port }) =>
    port ? [{ name, protocol, port }] : [],
  );
  return (slice.endpoints ?? [])
    .filter(endpoint => endpoint.conditions?.ready ?? true)
    .flatMap(endpoint =>
      endpoint.addresses.map(ip => ({ ip, hostname: endpoint.hostname || ip.replaceAll('.', '-'), ports })),
    );
}
