import type { corev1 } from '@navarch/api';
import type { Minor } from '../../../kind';

const AFFINITY_SECONDS = 3 * 60 * 60;

/** isExternal: clients outside the cluster reach the service through the nodes. */
export const isExternal = (spec: corev1.ServiceSpec) => spec.type === 'NodePort' || spec.type === 'LoadBalancer';

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
  if (isExternal(spec)) spec.externalTrafficPolicy ||= 'Cluster';
  if (emulated >= 22) {
    if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster';
    if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
  }
}
