import type { corev1 } from '@navarch/api';
import { ipv4ToNumber } from './address-range';
import type { Owner } from './range-allocator';

/** Claims are the numbers that a Service holds. */
export interface Claims {
  readonly addresses: readonly number[];
  readonly ports: readonly number[];
}

/** claimsOf lists what a stored Service holds. */
export function claimsOf(service: corev1.Service | undefined): Claims {
  const spec = service?.spec;
  if (!spec) return { addresses: [], ports: [] };
  const addresses = new Set((spec.clusterIPs?.length ? spec.clusterIPs : [spec.clusterIP ?? '']).map(ipv4ToNumber));
  const ports = new Set([...(spec.ports ?? []).map(port => port.nodePort), spec.healthCheckNodePort]);
  return {
    addresses: spec.type === 'ExternalName' ? [] : [...addresses].filter(value => value !== undefined),
    ports: [...ports].filter((port): port is number => !!port),
  };
}

/** ownersOf tells of each address that a Service holds whose it is. */
export function ownersOf(services: readonly corev1.Service[]): Map<number, Owner> {
  return new Map(
    services.flatMap(service => {
      const { namespace = '', name = '' } = service.metadata ?? {};
      return claimsOf(service).addresses.map(value => [value, { namespace, name }] as const);
    }),
  );
}

/** wantsClusterIp: every Service has one but external names and headless ones. */
export function wantsClusterIp({ spec }: corev1.Service): boolean {
  if (!spec || spec.type === 'ExternalName') return false;
  return (spec.clusterIPs?.[0] ?? spec.clusterIP) !== 'None';
}

/** wantsNodePorts: NodePort Services, and load balancers unless they say otherwise. */
export function wantsNodePorts({ spec }: corev1.Service): boolean {
  return spec?.type === 'NodePort' || (spec?.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
}

/** wantsHealthCheckPort: load balancers that only send traffic to nodes with a pod ask each node. */
export function wantsHealthCheckPort({ spec }: corev1.Service): boolean {
  return spec?.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

/** PortPlan says for one port of a Service where its node port comes from. */
export type PortPlan =
  /** take: this number, which the Service does not hold yet. */
  | { readonly index: number; readonly take: number }
  /** any: any free number; all ports of the group get it. */
  | { readonly index: number; readonly any: true }
  /** same: the number that the port at `as` got, since both serve the same port by different protocols. */
  | { readonly index: number; readonly same: number };

/** planNodePorts decides, in order, how the ports without a held number get one. Pure. */
export function planNodePorts(
  ports: readonly corev1.ServicePort[],
  held: ReadonlySet<number>,
  allocateMissing: boolean,
): PortPlan[] {
  const plans: PortPlan[] = [];
  const firstOf = new Map<number, number>();
  const taken = new Set(held);
  ports.forEach((port, index) => {
    const first = firstOf.get(port.port);
    if (port.nodePort) {
      if (!taken.has(port.nodePort)) plans.push({ index, take: port.nodePort });
      taken.add(port.nodePort);
      if (first === undefined) firstOf.set(port.port, index);
      return;
    }
    if (!allocateMissing) return;
    const requested = first ?? ports.findIndex(other => other.port === port.port && other.nodePort);
    if (requested >= 0) {
      plans.push({ index, same: requested });
    } else {
      plans.push({ index, any: true });
      firstOf.set(port.port, index);
    }
  });
  return plans;
}
