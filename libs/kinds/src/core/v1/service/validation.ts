import type { corev1 } from '@navarch/api';
import {
  field,
  foundIn,
  isCIDR,
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  isValidIP,
  isValidPortNum,
  Path,
  validateLabels,
  type FieldError,
} from '@navarch/apimachinery';
import type { StrategyContext } from '../../../kind';
import { duplicateStruct, each, invalidStruct, oneOf, type Release } from '../../../shared/errors';
import { goStruct, goValue } from '../../../shared/go-struct';
import { goStrings } from '../../../shared/go-syntax';
import { validatePortNumOrName } from '../../../shared/int-or-percent';
import { validateNonSpecialIP } from '../../../shared/ip';
import { validateProtocol } from '../pod/validation/ports';
import { isAccessible, isExternal } from './defaults';

const SPEC = Path.at('spec');
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const KUBELET_PORT = 10250;
/** KUBELET_PORT_UNTIL is the last release whose load balancers may not have the kubelet's port. */
const KUBELET_PORT_UNTIL = 32;
/** TOPOLOGY_HINTS and TOPOLOGY_MODE are the annotations that ask for endpoints nearby. */
export const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints';
export const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode';
/** TOPOLOGY_MODES is the first release that knows the second of these annotations. */
export const TOPOLOGY_MODES = 27;
const MAX_AFFINITY = 86400;
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
/** COMBINATIONS is the first release that checks what depends on several fields together with all the rest. */
export const COMBINATIONS = 26;
/** RANGES_BY_INDEX is the first release that says which source range is wrong. */
const RANGES_BY_INDEX = 30;
/** DUAL_STACK is the first release with addresses of two families. */
export const DUAL_STACK = 21;
/** MIXED_PROTOCOLS is the first release whose load balancers may carry several protocols. */
const MIXED_PROTOCOLS = 24;

/** isHeadless: the service has no address of its own. */
export const isHeadless = ({ clusterIPs = [] }: corev1.ServiceSpec) =>
  clusterIPs.length === 1 && clusterIPs[0] === 'None';

/** validateService checks a Service. Whether addresses and ports are free is the API server's to say. */
export function validateService({ metadata, spec = {} }: corev1.Service, context: StrategyContext): FieldError[] {
  const errors = validateTopology(metadata?.annotations ?? {}, context);
  const ports = spec.ports ?? [];
  const portsPath = SPEC.child('ports');
  if (!ports.length && !isHeadless(spec) && spec.type !== 'ExternalName') errors.push(field.required(portsPath));
  errors.push(...validateType(spec, context));
  const names = new Set<string>();
  ports.forEach((port, i) => errors.push(...validatePort(port, ports.length > 1, names, portsPath.index(i), context)));
  return [
    ...errors,
    ...validateLabels(spec.selector, SPEC.child('selector')),
    ...validateAffinity(spec),
    ...validateFamilies(spec, context),
    ...foundIn(spec.externalIPs, (ip, i) => {
      const at = SPEC.child('externalIPs').index(i);
      const problems = isValidIP(ip, context);
      return problems.length ? each(at, ip, problems) : validateNonSpecialIP(ip, at, context);
    }),
    ...(spec.type ? oneOf(SPEC.child('type'), spec.type, TYPES) : [field.required(SPEC.child('type'))]),
    ...validateNodePorts(spec),
    ...validateDistinct(ports),
    ...validateSourceRanges(spec, metadata, context),
    ...validateBalancer(spec),
    ...validateTrafficPolicy(spec, context),
    ...validateDistribution(spec.trafficDistribution),
  ];
}

/** Who may come in through the load balancer stands in a field, or in an annotation of long ago. */
function validateSourceRanges(
  { type, loadBalancerSourceRanges: ranges = [] }: corev1.ServiceSpec,
  metadata: corev1.Service['metadata'],
  { emulated }: Release,
): FieldError[] {
  const annotation = metadata?.annotations?.[SOURCE_RANGES];
  const fromField = ranges.length > 0;
  if (!fromField && annotation === undefined) return [];
  // The field is spelled like this.
  const at = fromField ? SPEC.child('LoadBalancerSourceRanges') : Path.at('metadata', 'annotations').key(SOURCE_RANGES);
  const errors = type === 'LoadBalancer' ? [] : [field.forbidden(at, "may only be used when `type` is 'LoadBalancer'")];
  if (emulated >= RANGES_BY_INDEX) {
    const check = (where: Path, range: string) => each(where, range.trim(), isCIDR(range.trim(), { emulated }));
    const listed = annotation?.trim() ? annotation.split(',') : [];
    return [
      ...errors,
      ...(fromField
        ? foundIn(ranges, (range, i) => check(at.index(i), range))
        : foundIn(listed, range => check(at, range))),
    ];
  }
  const list = fromField ? ranges : (annotation!.trim() || '0.0.0.0/0').split(',');
  if (list.every(range => isCIDR(range.trim(), { emulated }).length === 0)) return errors;
  const detail = 'must be a list of IP ranges. For example, 10.240.0.0/24,10.250.0.0/24 ';
  return [...errors, field.invalid(at, fromField ? `[${ranges.join(' ')}]` : annotation, detail)];
}

function validateBalancer(spec: corev1.ServiceSpec): FieldError[] {
  return [
    ...(spec.type === 'LoadBalancer' ? [] : refuseBalancer(spec, 'allocateLoadBalancerNodePorts')),
    ...validateBalancerClass(spec),
  ];
}

function refuseBalancer(
  spec: corev1.ServiceSpec,
  name: 'allocateLoadBalancerNodePorts' | 'loadBalancerClass',
): FieldError[] {
  if (spec[name] === undefined) return [];
  return [field.forbidden(SPEC.child(name), "may only be used when `type` is 'LoadBalancer'")];
}

/** validateBalancerClass: only load balancers are of a class. */
export function validateBalancerClass(spec: corev1.ServiceSpec): FieldError[] {
  const { type, loadBalancerClass: name } = spec;
  if (type !== 'LoadBalancer') return refuseBalancer(spec, 'loadBalancerClass');
  return name === undefined ? [] : each(SPEC.child('loadBalancerClass'), name, isQualifiedName(name));
}

function validateDistribution(value: string | undefined): FieldError[] {
  return value === undefined ? [] : oneOf(SPEC.child('trafficDistribution'), value, ['PreferClose']);
}

/** validateProtocols: a load balancer of old carries one protocol, unless it carried several before. It is looked at after all else. */
export function validateProtocols(
  { spec = {} }: corev1.Service,
  old: corev1.Service | undefined,
  { emulated }: Release,
): FieldError[] {
  if (emulated >= MIXED_PROTOCOLS || spec.type !== 'LoadBalancer' || !isMixed(spec) || isMixed(old?.spec)) return [];
  const detail = "may not contain more than 1 protocol when type is 'LoadBalancer'";
  return [invalidStruct(SPEC.child('ports'), goValue('[]core.ServicePort', spec.ports ?? []), detail)];
}

const isMixed = (spec: corev1.ServiceSpec = {}) => new Set(spec.ports?.map(port => port.protocol)).size > 1;

function validateTopology(annotations: Readonly<Record<string, string>>, { emulated }: Release): FieldError[] {
  const { [TOPOLOGY_HINTS]: hints, [TOPOLOGY_MODE]: mode } = annotations;
  if (emulated < TOPOLOGY_MODES || mode === undefined || hints === undefined || mode === hints) return [];
  const at = Path.at('metadata', 'annotations').key(TOPOLOGY_MODE);
  return [field.invalid(at, mode, `must match annotations[${TOPOLOGY_HINTS}] when both are specified`)];
}

function validateType(spec: corev1.ServiceSpec, { emulated }: Release): FieldError[] {
  switch (spec.type) {
    case 'LoadBalancer':
      return [
        ...foundIn(spec.ports, (port, i) =>
          port.port === KUBELET_PORT && emulated <= KUBELET_PORT_UNTIL
            ? [
                field.invalid(
                  SPEC.child('ports').index(i),
                  port.port,
                  `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`,
                ),
              ]
            : [],
        ),
        ...refuseHeadless(spec),
      ];
    case 'NodePort':
      return refuseHeadless(spec);
    case 'ExternalName':
      return [
        ...(spec.clusterIPs?.length
          ? [field.forbidden(SPEC.child('clusterIPs'), 'may not be set for ExternalName services')]
          : []),
        ...foundIn(['ipFamilies', 'ipFamilyPolicy'] as const, name =>
          spec[name]?.length ? [field.forbidden(SPEC.child(name), 'may not be set for ExternalName services')] : [],
        ),
        ...(spec.externalName
          ? validateDomain(spec.externalName.replace(/\.$/, ''), SPEC.child('externalName'))
          : [field.required(SPEC.child('externalName'))]),
      ];
    default:
      return [];
  }
}

const validateDomain = (name: string, path: Path) => each(path, name, isDNS1123Subdomain(name));

function refuseHeadless(spec: corev1.ServiceSpec): FieldError[] {
  if (!isHeadless(spec)) return [];
  return [
    field.invalid(SPEC.child('clusterIPs').index(0), 'None', `may not be set to 'None' for ${spec.type} services`),
  ];
}

function validatePort(
  port: corev1.ServicePort,
  named: boolean,
  names: Set<string>,
  path: Path,
  release: Release,
): FieldError[] {
  const errors: FieldError[] = [];
  const at = path.child('name');
  if (port.name) {
    errors.push(...each(at, port.name, isDNS1123Label(port.name, release)));
    if (names.has(port.name)) errors.push(field.duplicate(at, port.name));
    names.add(port.name);
  } else if (named) errors.push(field.required(at));
  const { appProtocol } = port;
  return [
    ...errors,
    ...each(path.child('port'), port.port ?? 0, isValidPortNum(port.port ?? 0)),
    ...validateProtocol(port.protocol, path.child('protocol')),
    ...validatePortNumOrName(port.targetPort, path.child('targetPort')),
    ...(appProtocol === undefined ? [] : each(path.child('appProtocol'), appProtocol, isQualifiedName(appProtocol))),
  ];
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig: config }: corev1.ServiceSpec): FieldError[] {
  const at = SPEC.child('sessionAffinity');
  const configAt = SPEC.child('sessionAffinityConfig');
  const errors = sessionAffinity ? oneOf(at, sessionAffinity, ['ClientIP', 'None']) : [field.required(at)];
  if (sessionAffinity === 'None' && config) {
    return [...errors, field.forbidden(configAt, 'must not be set when session affinity is None')];
  }
  if (sessionAffinity !== 'ClientIP') return errors;
  const seconds = config?.clientIP?.timeoutSeconds;
  if (seconds === undefined) return [...errors, field.required(configAt, 'when session affinity type is ClientIP')];
  if (seconds > 0 && seconds <= MAX_AFFINITY) return errors;
  const where = configAt.child('clientIP', 'timeoutSeconds');
  return [...errors, field.invalid(where, seconds, `must be greater than 0 and less than ${MAX_AFFINITY}`)];
}

function validateNodePorts(spec: corev1.ServiceSpec): FieldError[] {
  const used = new Set<string>();
  const ports = spec.ports ?? [];
  const at = (i: number) => SPEC.child('ports').index(i).child('nodePort');
  const internal = foundIn(ports, ({ nodePort }, i) =>
    nodePort && spec.type === 'ClusterIP' ? [field.forbidden(at(i), "may not be used when `type` is 'ClusterIP'")] : [],
  );
  const repeated = foundIn(ports, (port, i) => {
    if (!port.nodePort) return [];
    const use = `${port.protocol}/${port.nodePort}`;
    if (used.has(use)) return [field.duplicate(at(i), port.nodePort)];
    used.add(use);
    return [];
  });
  return [...internal, ...repeated];
}

function validateDistinct(ports: readonly corev1.ServicePort[]): FieldError[] {
  const used = new Set<string>();
  return foundIn(ports, (port, i) => {
    const use = `${port.protocol}/${port.port}`;
    if (!used.has(use)) {
      used.add(use);
      return [];
    }
    const key = { protocol: port.protocol, port: port.port } as corev1.ServicePort;
    return [duplicateStruct(SPEC.child('ports').index(i), goStruct('core.ServicePort', key))];
  });
}

const POLICIES = ['Cluster', 'Local'];

function validateTrafficPolicy(spec: corev1.ServiceSpec, { emulated }: Release): FieldError[] {
  const { internalTrafficPolicy: internal } = spec;
  const errors = emulated < COMBINATIONS ? validateTrafficValues(spec) : validateExternalTraffic(spec);
  if (internal !== undefined) errors.push(...oneOf(SPEC.child('internalTrafficPolicy'), internal, POLICIES));
  return errors;
}

function validateTrafficValues({ externalTrafficPolicy: policy, healthCheckNodePort = 0 }: corev1.ServiceSpec) {
  const errors: FieldError[] = [];
  if (policy && !POLICIES.includes(policy)) {
    const detail = 'ExternalTrafficPolicy must be empty, Cluster or Local';
    errors.push(field.invalid(SPEC.child('externalTrafficPolicy'), policy, detail));
  }
  if (healthCheckNodePort < 0) {
    const detail = 'HealthCheckNodePort must be not less than 0';
    errors.push(field.invalid(SPEC.child('healthCheckNodePort'), healthCheckNodePort, detail));
  }
  return errors;
}

function validateExternalTraffic(spec: corev1.ServiceSpec): FieldError[] {
  const { externalTrafficPolicy: policy, healthCheckNodePort: health } = spec;
  const at = SPEC.child('externalTrafficPolicy');
  const healthAt = SPEC.child('healthCheckNodePort');
  const errors: FieldError[] = [];
  if (isAccessible(spec)) errors.push(...(policy ? oneOf(at, policy, POLICIES) : [field.required(at)]));
  else if (policy) errors.push(field.invalid(at, policy, 'may only be set for externally-accessible services'));
  if (!health) return errors;
  if (needsHealthCheck(spec)) return [...errors, ...each(healthAt, health, isValidPortNum(health))];
  const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  return [...errors, field.invalid(healthAt, health, detail)];
}

/** needsHealthCheck: nodes have to tell the load balancer whether they have a pod of the service. */
export const needsHealthCheck = (spec: corev1.ServiceSpec) =>
  spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

/** validateTrafficCombination is what releases before COMBINATIONS check after everything else: policies that fit the type. */
export function validateTrafficCombination({ spec = {} }: corev1.Service): FieldError[] {
  const { externalTrafficPolicy: policy, healthCheckNodePort: health } = spec;
  const misplaced = 'ExternalTrafficPolicy can only be set on NodePort and LoadBalancer service';
  const unneeded = 'HealthCheckNodePort can only be set on LoadBalancer service with ExternalTrafficPolicy=Local';
  return [
    ...(policy && !isExternal(spec) ? [field.invalid(SPEC.child('externalTrafficPolicy'), policy, misplaced)] : []),
    ...(health && !needsHealthCheck(spec) ? [field.invalid(SPEC.child('healthCheckNodePort'), health, unneeded)] : []),
  ];
}

function validateFamilies(spec: corev1.ServiceSpec, release: Release): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const { ipFamilies = [], ipFamilyPolicy, clusterIP, clusterIPs = [] } = spec;
  const at = SPEC.child('clusterIPs');
  const complain = (detail: string) => [invalidStruct(at, goStrings(clusterIPs), detail)];
  const errors: FieldError[] = [];
  const old = release.emulated < DUAL_STACK;
  if (clusterIP && !clusterIPs.length) errors.push(field.required(at));
  else if (clusterIP && clusterIPs[0] !== clusterIP)
    errors.push(...complain(old ? 'element [0] must match clusterIP' : 'first value must match `clusterIP`'));
  else if (!clusterIP && clusterIPs.length)
    errors.push(...complain(`must be empty when ${old ? 'clusterIP is empty' : '`clusterIP` is not specified'}`));
  ipFamilies.forEach((family, i) => {
    const where = SPEC.child('ipFamilies').index(i);
    errors.push(...oneOf(where, family, ['IPv4', 'IPv6']));
    if (ipFamilies.indexOf(family) < i) errors.push(field.duplicate(where, family));
  });
  if (ipFamilyPolicy !== undefined) {
    errors.push(
      ...oneOf(SPEC.child('ipFamilyPolicy'), ipFamilyPolicy, ['PreferDualStack', 'RequireDualStack', 'SingleStack']),
    );
  }
  const misplaced = clusterIPs[0] === 'None' && clusterIPs.length > 1;
  if (misplaced) errors.push(...complain("'None' must be the first and only value"));
  const addresses = foundIn(clusterIPs, (ip, i) =>
    i === 0 && ip === 'None' ? [] : each(at.index(i), ip, isValidIP(ip, release)),
  );
  errors.push(...addresses);
  if (clusterIPs.length > 2) errors.push(...complain('may only hold up to 2 values'));
  if (misplaced || addresses.length) return errors;
  const isV6 = (ip: string) => ip.includes(':');
  if (clusterIPs.length > 1 && new Set(clusterIPs.map(isV6)).size < 2)
    errors.push(...complain('may specify no more than one IP for each IP family'));
  if (isHeadless(spec)) return errors;
  clusterIPs.slice(0, ipFamilies.length).forEach((ip, i) => {
    if (isV6(ip) === (ipFamilies[i] === 'IPv6')) return;
    errors.push(
      field.invalid(at.index(i), ip, `expected an ${ipFamilies[i]} value as indicated by \`ipFamilies[${i}]\``),
    );
  });
  return errors;
}
