import type { corev1 } from '@navarch/api';
import {
  field,
  isCIDR,
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  isValidIP,
  isValidPortNum,
  Path,
  type FieldError,
  validateLabels,
} from '@navarch/apimachinery';
import type { StrategyContext } from '../../../kind';
import { each, invalidStruct, oneOf, type Release } from '../../../shared/errors';
import { goStrings } from '../../../shared/go-syntax';
import { validatePortNumOrName } from '../../../shared/int-or-percent';
import { validateNonSpecialIP } from '../../../shared/ip';
import { validateProtocol } from '../pod/validation/ports';
import { isExternal } from './defaults';

const SPEC = Path.at('spec');
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const KUBELET_PORT = 10250;
const MAX_AFFINITY = 86400;

const isHeadless = (spec: corev1.ServiceSpec) => spec.clusterIP === 'None' || spec.clusterIPs?.[0] === 'None';

/** validateService checks a Service. Whether addresses and ports are free is the API server's to say. */
export function validateService({ spec = {} }: corev1.Service, context: StrategyContext): FieldError[] {
  const errors: FieldError[] = [];
  const ports = spec.ports ?? [];
  const portsPath = SPEC.child('ports');
  if (!ports.length && !isHeadless(spec) && spec.type !== 'ExternalName') errors.push(field.required(portsPath));
  errors.push(...validateType(spec));
  const names = new Set<string>();
  ports.forEach((port, i) => errors.push(...validatePort(port, ports.length > 1, names, portsPath.index(i))));
  return [
    ...errors,
    ...validateLabels(spec.selector, SPEC.child('selector')),
    ...validateAffinity(spec),
    ...(spec.externalIPs ?? []).flatMap((ip, i) => {
      const at = SPEC.child('externalIPs').index(i);
      const problems = isValidIP(ip);
      return problems.length ? each(at, ip, problems) : validateNonSpecialIP(ip, at);
    }),
    ...(spec.type ? oneOf(SPEC.child('type'), spec.type, TYPES) : [field.required(SPEC.child('type'))]),
    ...validateNodePorts(spec),
    ...validateDistinct(ports, context),
    ...(spec.loadBalancerSourceRanges ?? []).flatMap((range, i) =>
      each(SPEC.child('loadBalancerSourceRanges').index(i), range, isCIDR(range)),
    ),
    ...validateTrafficPolicy(spec, context),
    ...validateFamilies(spec, context),
  ];
}

function validateType(spec: corev1.ServiceSpec): FieldError[] {
  switch (spec.type) {
    case 'LoadBalancer':
      return [
        ...(spec.ports ?? []).flatMap((port, i) =>
          port.port === KUBELET_PORT
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
        ...(spec.clusterIPs?.length || spec.clusterIP
          ? [field.forbidden(SPEC.child('clusterIPs'), 'may not be set for ExternalName services')]
          : []),
        ...(spec.externalName
          ? each(
              SPEC.child('externalName'),
              spec.externalName,
              isDNS1123Subdomain(spec.externalName.replace(/\.$/, '')),
            )
          : [field.required(SPEC.child('externalName'))]),
      ];
    default:
      return [];
  }
}

function refuseHeadless(spec: corev1.ServiceSpec): FieldError[] {
  if (!isHeadless(spec)) return [];
  return [
    field.invalid(SPEC.child('clusterIPs').index(0), 'None', `may not be set to 'None' for ${spec.type} services`),
  ];
}

function validatePort(port: corev1.ServicePort, named: boolean, names: Set<string>, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const at = path.child('name');
  if (port.name) {
    errors.push(...each(at, port.name, isDNS1123Label(port.name)));
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
  return (spec.ports ?? []).flatMap((port, i) => {
    const at = SPEC.child('ports').index(i).child('nodePort');
    if (!port.nodePort) return [];
    if (spec.type === 'ClusterIP') return [field.forbidden(at, "may not be used when `type` is 'ClusterIP'")];
    const use = `${port.protocol}/${port.nodePort}`;
    if (used.has(use)) return [field.duplicate(at, port.nodePort)];
    used.add(use);
    return [];
  });
}

function validateDistinct(ports: readonly corev1.ServicePort[], release: Release): FieldError[] {
  const used = new Set<string>();
  return ports.flatMap((port, i) => {
    const use = `${port.protocol}/${port.port}`;
    if (!used.has(use)) {
      used.add(use);
      return [];
    }
    const target = 'intstr.IntOrString{Type:0, IntVal:0, StrVal:""}';
    const go = `core.ServicePort{Name:"", Protocol:"${port.protocol}", AppProtocol:(*string)(nil), Port:${port.port}, TargetPort:${target}, NodePort:0}`;
    const shown = release.emulated >= 33 ? field.render({ Name: '', Protocol: port.protocol, Port: port.port }) : go;
    return [
      {
        reason: 'FieldValueDuplicate',
        field: SPEC.child('ports').index(i).toString(),
        message: `Duplicate value: ${shown}`,
      },
    ];
  });
}

function validateTrafficPolicy(spec: corev1.ServiceSpec, { emulated }: Release): FieldError[] {
  const { externalTrafficPolicy: policy, healthCheckNodePort: health, internalTrafficPolicy: internal } = spec;
  const at = SPEC.child('externalTrafficPolicy');
  const healthAt = SPEC.child('healthCheckNodePort');
  const errors: FieldError[] = [];
  if (policy && policy !== 'Cluster' && policy !== 'Local') {
    errors.push(
      emulated >= 26
        ? field.notSupported(at, policy, ['Cluster', 'Local'])
        : field.invalid(at, policy, 'ExternalTrafficPolicy must be empty, Cluster or Local'),
    );
  } else if (policy && !isExternal(spec) && !spec.externalIPs?.length) {
    errors.push(
      field.invalid(
        at,
        policy,
        emulated >= 26
          ? 'may only be set for externally-accessible services'
          : 'ExternalTrafficPolicy can only be set on NodePort and LoadBalancer service',
      ),
    );
  }
  if (health && (health < 0 || health > 65535)) errors.push(...each(healthAt, health, isValidPortNum(health)));
  else if (health && !(spec.type === 'LoadBalancer' && policy === 'Local')) {
    const detail =
      emulated >= 26
        ? "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        : 'HealthCheckNodePort can only be set on LoadBalancer service with ExternalTrafficPolicy=Local';
    errors.push(field.invalid(healthAt, health, detail));
  }
  if (internal !== undefined)
    errors.push(...oneOf(SPEC.child('internalTrafficPolicy'), internal, ['Cluster', 'Local']));
  return errors;
}

function validateFamilies(spec: corev1.ServiceSpec, release: Release): FieldError[] {
  const errors: FieldError[] = [];
  const { ipFamilies = [], ipFamilyPolicy, clusterIP, clusterIPs = [] } = spec;
  if (ipFamilyPolicy !== undefined) {
    errors.push(
      ...oneOf(SPEC.child('ipFamilyPolicy'), ipFamilyPolicy, ['PreferDualStack', 'RequireDualStack', 'SingleStack']),
    );
  }
  ipFamilies.forEach((family, i) => errors.push(...oneOf(SPEC.child('ipFamilies').index(i), family, ['IPv4', 'IPv6'])));
  if (new Set(ipFamilies).size < ipFamilies.length)
    errors.push(field.duplicate(SPEC.child('ipFamilies').index(1), ipFamilies[1]));
  const at = SPEC.child('clusterIPs');
  if (clusterIPs.length > 2) {
    errors.push(invalidStruct(at, clusterIPs, goStrings(clusterIPs), 'may only hold up to 2 values', release));
  }
  if (clusterIP && clusterIPs.length && clusterIPs[0] !== clusterIP) {
    errors.push(invalidStruct(at, clusterIPs, goStrings(clusterIPs), 'first value must match `clusterIP`', release));
  }
  clusterIPs.forEach((ip, i) => {
    if (ip !== 'None') errors.push(...each(at.index(i), ip, isValidIP(ip)));
  });
  return errors;
}

/** validateServiceUpdate: a cluster IP stays once it is there, unless the type gives it up. */
export function validateServiceUpdate(
  { spec = {} }: corev1.Service,
  { spec: before = {} }: corev1.Service,
  context: StrategyContext,
): FieldError[] {
  if (spec.type === 'ExternalName' || before.type === 'ExternalName' || !before.clusterIP) return [];
  const at = SPEC.child('clusterIPs');
  const now = spec.clusterIPs ?? [];
  if (!now.length && !spec.clusterIP) {
    return [invalidStruct(at.index(0), now, goStrings(undefined), 'primary clusterIP can not be unset', context)];
  }
  const list = now.length ? now : [spec.clusterIP!];
  if (list[0] === before.clusterIP) return [];
  return [invalidStruct(at.index(0), list, goStrings(list), 'may not change once set', context)];
}
