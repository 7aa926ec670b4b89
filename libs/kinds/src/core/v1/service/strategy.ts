import type { corev1 } from '@navarch/api';
import type { Strategy } from '../../../kind';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { isExternal } from './defaults';
import { validateServiceStatus } from './status';
import { validateHealthChange, validateServiceUpdate } from './update';
import { serviceWarnings } from './warnings';
import { COMBINATIONS, DUAL_STACK, validateProtocols, validateService, validateTrafficCombination } from './validation';

/** HEALTH_KEPT is the first release that gives a service its old health check port back where a client leaves it out. */
const HEALTH_KEPT = 23;

/** serviceStrategy keeps the old and new form of the cluster IP in step and drops what a change of type leaves behind. */
export const serviceStrategy: Strategy<corev1.Service> = specStrategy<corev1.Service>({
  validatesBeforeLock: ({ emulated }) => emulated < 23,
  prepareForCreate(service, { emulated }) {
    normalizeClusterIPs(service.spec, undefined);
    if (emulated < DUAL_STACK) keepFirstAddress(service.spec);
  },
  warnings: serviceWarnings,
  validate(service, context) {
    const errors = [...validateService(service, context), ...validateProtocols(service, undefined, context)];
    // What depends on several fields was looked at last, when nothing else was wrong.
    return errors.length || context.emulated >= COMBINATIONS ? errors : validateTrafficCombination(service);
  },
  export({ spec = {} }) {
    if (spec.clusterIPs?.length && spec.clusterIPs[0] !== 'None') {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (spec.type === 'NodePort') for (const port of spec.ports ?? []) delete port.nodePort;
  },
  prepareForUpdate(service, old, { emulated }) {
    if (emulated >= DUAL_STACK) keepAllocated(service.spec ?? {}, old.spec ?? {});
    normalizeClusterIPs(service.spec, old.spec);
    if (emulated < DUAL_STACK) keepFirstAddress(service.spec);
    dropTypeDependent(service.spec ?? {}, old.spec ?? {});
  },
  metadataChecks: { update: ['change', validateServiceUpdate, 'whole'] },
  validateUpdate: (service, old, context) => {
    const errors = [...validateService(service, context), ...validateProtocols(service, old, context)];
    if (errors.length || context.emulated >= COMBINATIONS || validateServiceUpdate(service, old, context).length)
      return errors;
    const health = context.emulated < HEALTH_KEPT ? validateHealthChange(service, old) : [];
    return health.length ? health : validateTrafficCombination(service);
  },
});

/** serviceStatusStrategy checks the addresses that a load balancer has given. A PUT of the status of no Service makes one. */
export const serviceStatusStrategy: Strategy<corev1.Service> = statusStrategy<corev1.Service>({
  allowCreateOnUpdate: true,
  validateUpdate: (service, _old, release) => validateServiceStatus(service, release),
});

/** Before there were two families, a second address was dropped without a word. */
function keepFirstAddress(spec: corev1.ServiceSpec = {}): void {
  if (spec.clusterIPs && spec.clusterIPs.length > 1) spec.clusterIPs = spec.clusterIPs.slice(0, 1);
}

/** clusterIP is the first of clusterIPs; a client that knows only one of the two fields changes both. */
function normalizeClusterIPs(spec: corev1.ServiceSpec = {}, old: corev1.ServiceSpec | undefined): void {
  const given = spec.clusterIP ?? '';
  const before = old?.clusterIP ?? '';
  const listSame = JSON.stringify(spec.clusterIPs ?? []) === JSON.stringify(old?.clusterIPs ?? []);
  if (!old) {
    if (given && !spec.clusterIPs?.length) spec.clusterIPs = [given];
    return;
  }
  if (given !== before && listSame) {
    if (!given) delete spec.clusterIPs;
    else spec.clusterIPs = [given];
  } else if (given === before && !spec.clusterIPs?.length && old.clusterIPs?.length) {
    // The client knows the older field only.
    spec.clusterIPs = [...old.clusterIPs];
  }
}

/** A client that leaves out what the server has allocated means the allocated value. */
function keepAllocated(spec: corev1.ServiceSpec, old: corev1.ServiceSpec): void {
  if (
    spec.type !== 'ExternalName' &&
    old.type !== 'ExternalName' &&
    !spec.clusterIP &&
    !spec.clusterIPs?.length &&
    old.clusterIP
  ) {
    spec.clusterIP = old.clusterIP;
    if (old.clusterIPs) spec.clusterIPs = old.clusterIPs;
  }
  if (!isExternal(spec) || !isExternal(old)) return;
  const before = new Map((old.ports ?? []).map(p => [`${p.protocol}/${p.port}`, p.nodePort]));
  const taken = new Set((spec.ports ?? []).map(p => p.nodePort).filter(Boolean));
  for (const port of spec.ports ?? []) {
    const nodePort = before.get(`${port.protocol}/${port.port}`);
    if (!port.nodePort && nodePort && !taken.has(nodePort)) port.nodePort = nodePort;
  }
  if (
    !spec.healthCheckNodePort &&
    old.healthCheckNodePort &&
    spec.externalTrafficPolicy === 'Local' &&
    spec.type === 'LoadBalancer'
  ) {
    spec.healthCheckNodePort = old.healthCheckNodePort;
  }
}

/** What the old type needed and the new one does not is dropped, if the client has not changed it himself. */
function dropTypeDependent(spec: corev1.ServiceSpec, old: corev1.ServiceSpec): void {
  if (old.type !== 'ExternalName' && spec.type === 'ExternalName' && spec.clusterIP === old.clusterIP) {
    delete spec.clusterIP;
    delete spec.clusterIPs;
    delete spec.ipFamilies;
    delete spec.ipFamilyPolicy;
  }
  const ports = (s: corev1.ServiceSpec) => JSON.stringify((s.ports ?? []).map(p => p.nodePort ?? 0));
  if (isExternal(old) && !isExternal(spec)) {
    if (ports(spec) === ports(old)) for (const port of spec.ports ?? []) delete port.nodePort;
    if (spec.externalTrafficPolicy === old.externalTrafficPolicy) delete spec.externalTrafficPolicy;
  }
  const checksHealth = (s: corev1.ServiceSpec) => s.type === 'LoadBalancer' && s.externalTrafficPolicy === 'Local';
  if (checksHealth(old) && !checksHealth(spec) && spec.healthCheckNodePort === old.healthCheckNodePort)
    delete spec.healthCheckNodePort;
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts)
      delete spec.allocateLoadBalancerNodePorts;
    if (spec.loadBalancerClass === old.loadBalancerClass) delete spec.loadBalancerClass;
  }
}
