import type { corev1 } from '@navarch/api';
import type { Minor } from '../../../kind';

const AFFINITY_SECONDS = 3 * 60 * 60;

/** IP_MODES is the first release that tells how the addresses of a load balancer are treated on nodes. */
export const IP_MODES: Minor = 30;
/** POLICY_BY_ADDRESS is the first release in which an external address is enough to have a policy for external traffic. */
const POLICY_BY_ADDRESS: Minor = 26;

/** isExternal: clients outside the cluster reach the service through the nodes. */
export const isExternal = (spec: corev1.ServiceSpec) => spec.type === 'NodePort' || spec.type === 'LoadBalancer';

/** isAccessible: clients outside of the cluster reach the service, through nodes or at addresses that it is given. */
export const isAccessible = (spec: corev1.ServiceSpec) =>
  isExternal(spec) || (spec.type === 'ClusterIP' && !!spec.externalIPs?.length);

/** defaultService completes a Service, in place. Addresses and ports are allocated by the API server. */
export function defaultService(service: corev1.Service, emulated: Minor): void {
  const spec = (service.spec ??= {});
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP') {
    spec.sessionAffinityConfig ??= {};
    spec.sessionAffinityConfig.clientIP ??= {};
    spec.sessionAffinityConfig.clientIP.timeoutSeconds ??= AFFINITY_SECONDS;
  }
  spec.type ||= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
  }
  if (emulated < POLICY_BY_ADDRESS ? isExternal(spec) : isAccessible(spec)) spec.externalTrafficPolicy ||= 'Cluster';
  if (emulated >= 22) {
    if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster';
    if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
  }
  if (emulated < IP_MODES || spec.type !== 'LoadBalancer') return;
  for (const ingress of service.status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
}
