import type { corev1, discoveryv1 } from '@navarch/api';
import { plainCIDR, plainIP } from '@navarch/apimachinery';

export type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** Endpoint is one backend address of a service port. */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
  /** local: it runs on this node. */
  readonly local: boolean;
  readonly ready: boolean;
  /** serving and terminating: it still answers, but is on its way out; used only when nothing is ready. */
  readonly serving: boolean;
  readonly terminating: boolean;
}

/** ServicePort is one port of a service with everything the rules need. */
export interface ServicePort {
  /** name is `namespace/service:port`, the port's name empty where it has none. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly clusterIP: string;
  readonly port: number;
  /** nodePort is 0 where there is none. */
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  readonly loadBalancerIPs: readonly string[];
  readonly loadBalancerSourceRanges: readonly string[];
  /** affinitySeconds is the ClientIP affinity's timeout; 0 without affinity. */
  readonly affinitySeconds: number;
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  readonly healthCheckNodePort: number;
  readonly endpoints: readonly Endpoint[];
}

const SERVICE_NAME = 'kubernetes.io/service-name';

/**
 * servicePorts brings services and their EndpointSlices together, sorted by name: one entry a port of every service that has
 * a cluster IP of IPv4. Headless and ExternalName services have no rules.
 */
export function servicePorts(
  services: readonly corev1.Service[],
  slices: readonly discoveryv1.EndpointSlice[],
  nodeName: string,
): ServicePort[] {
  const slicesOf = new Map<string, discoveryv1.EndpointSlice[]>();
  for (const slice of slices) {
    const service = slice.metadata?.labels?.[SERVICE_NAME];
    if (!service || slice.addressType !== 'IPv4') continue;
    const key = `${slice.metadata!.namespace}/${service}`;
    const list = slicesOf.get(key);
    if (list) list.push(slice);
    else slicesOf.set(key, [slice]);
  }
  const ports = services.filter(isProxied).flatMap(service => {
    const key = `${service.metadata!.namespace}/${service.metadata!.name}`;
    return (service.spec!.ports ?? []).map(port => servicePort(key, service, port, slicesOf.get(key) ?? [], nodeName));
  });
  return ports.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.protocol < b.protocol ? -1 : 1));
}

/** isIPv4: the address or block, in its usual form, is of this family. */
const isIPv4 = (plain: string) => !plain.includes(':');

/** Labels of services that a proxy leaves alone, whatever their value: another proxy is named, or none is wanted. */
const LEFT_ALONE = ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless'];

/** isProxied: the service has a virtual address, and does not ask to be left alone. */
function isProxied(service: corev1.Service): boolean {
  const { clusterIP, type } = service.spec ?? {};
  const labels = service.metadata?.labels ?? {};
  if (LEFT_ALONE.some(label => label in labels)) return false;
  return type !== 'ExternalName' && !!clusterIP && clusterIP !== 'None' && isIPv4(plainIP(clusterIP));
}

function servicePort(
  key: string,
  service: corev1.Service,
  port: corev1.ServicePort,
  slices: readonly discoveryv1.EndpointSlice[],
  nodeName: string,
): ServicePort {
  const spec = service.spec!;
  const affinity =
    spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) : 0;
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || !!spec.externalIPs?.length;
  return {
    name: `${key}:${port.name ?? ''}`,
    protocol: (port.protocol ?? 'TCP') as Protocol,
    clusterIP: plainIP(spec.clusterIP!),
    port: port.port,
    nodePort: port.nodePort ?? 0,
    externalIPs: (spec.externalIPs ?? []).map(plainIP).filter(isIPv4),
    loadBalancerIPs: (service.status?.loadBalancer?.ingress ?? [])
      .filter(i => i.ipMode !== 'Proxy')
      .flatMap(i => (i.ip ? [plainIP(i.ip)] : []))
      .filter(isIPv4),
    loadBalancerSourceRanges: (spec.loadBalancerSourceRanges ?? [])
      .map(range => plainCIDR(range.trim()))
      .filter(isIPv4),
    affinitySeconds: affinity,
    internalLocal: spec.internalTrafficPolicy === 'Local',
    externalLocal: external && spec.externalTrafficPolicy === 'Local',
    healthCheckNodePort: spec.healthCheckNodePort ?? 0,
    endpoints: endpointsOf(slices, port, nodeName),
  };
}

/** endpointsOf lists the port's backends over all slices; an address that two slices give counts once. */
function endpointsOf(
  slices: readonly discoveryv1.EndpointSlice[],
  port: corev1.ServicePort,
  nodeName: string,
): Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const slice of slices) {
    const target = (slice.ports ?? []).find(
      p => (p.name ?? '') === (port.name ?? '') && (p.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    if (!target?.port) continue;
    for (const { addresses, conditions, nodeName: node } of slice.endpoints ?? []) {
      const ready = conditions?.ready ?? true;
      const endpoint: Endpoint = {
        ip: plainIP(addresses[0]!),
        port: target.port,
        local: node === nodeName,
        ready,
        serving: conditions?.serving ?? ready,
        terminating: conditions?.terminating ?? false,
      };
      found.set(`${endpoint.ip}:${endpoint.port}`, endpoint);
    }
  }
  return [...found.values()].sort((a, b) => (a.ip === b.ip ? a.port - b.port : a.ip < b.ip ? -1 : 1));
}

/** usableEndpoints are those that take traffic: the ready ones, or the serving ones that terminate where none is ready. */
export function usableEndpoints(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter(e => e.ready);
  return ready.length ? ready : endpoints.filter(e => e.serving && e.terminating);
}

/** clusterEndpoints take traffic under the Cluster policy, localEndpoints under the Local one. */
export const clusterEndpoints = (port: ServicePort) => usableEndpoints(port.endpoints);
export const localEndpoints = (port: ServicePort) => usableEndpoints(port.endpoints.filter(e => e.local));
