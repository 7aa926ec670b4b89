import type { corev1 } from '@navarch/api';
import {
  containersOf,
  namedContainers,
  namesWhere,
  podAndContainers,
  quoted,
  type PodCheck,
  type VersionedCheck,
} from './violation';

const DEFAULT_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);
/** SAFE_SYSCTLS by the release that found them safe. */
const SAFE_SYSCTLS = new Map([
  ['kernel.shm_rmid_forced', 0],
  ['net.ipv4.ip_local_port_range', 0],
  ['net.ipv4.tcp_syncookies', 0],
  ['net.ipv4.ping_group_range', 0],
  ['net.ipv4.ip_unprivileged_port_start', 0],
  ['net.ipv4.ip_local_reserved_ports', 27],
  ['net.ipv4.tcp_keepalive_time', 29],
  ['net.ipv4.tcp_fin_timeout', 29],
  ['net.ipv4.tcp_keepalive_intvl', 29],
  ['net.ipv4.tcp_keepalive_probes', 29],
  ['net.ipv4.tcp_rmem', 32],
  ['net.ipv4.tcp_wmem', 32],
]);
const SELINUX_TYPES = new Map([
  ['', 0],
  ['container_t', 0],
  ['container_init_t', 0],
  ['container_kvm_t', 0],
  ['container_engine_t', 31],
]);
const APPARMOR_PREFIX = 'container.apparmor.security.beta.kubernetes.io/';

const appArmor: PodCheck = pod => {
  const bad = (profile: corev1.AppArmorProfile | undefined) => profile?.type === 'Unconfined';
  const names = namesWhere(pod, container => bad(container.securityContext?.appArmorProfile));
  const annotated = Object.entries(pod.annotations).filter(
    ([key, value]) =>
      key.startsWith(APPARMOR_PREFIX) && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'),
  );
  const podBad = bad(pod.spec.securityContext?.appArmorProfile);
  if (!names.length && !annotated.length && !podBad) return undefined;
  const parts = annotated.map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  if (podBad || names.length)
    parts.unshift(`${podAndContainers(podBad, names)} must not set AppArmor profile type to "Unconfined"`);
  return { reason: 'forbidden AppArmor profile', detail: parts.join(', ') };
};

const capabilities: PodCheck = pod => {
  const beyond = (list: readonly string[] = []) => list.filter(capability => !DEFAULT_CAPABILITIES.has(capability));
  const names = namesWhere(pod, container => beyond(container.securityContext?.capabilities?.add).length > 0);
  if (!names.length) return undefined;
  const added = [
    ...new Set(containersOf(pod).flatMap(container => beyond(container.securityContext?.capabilities?.add))),
  ].sort();
  return {
    reason: 'non-default capabilities',
    detail: `${namedContainers(names)} must not include ${quoted(added)} in securityContext.capabilities.add`,
  };
};

const hostNamespaces: PodCheck = ({ spec }) => {
  const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter(name => spec[name]);
  return used.length ? { reason: 'host namespaces', detail: used.map(name => `${name}=true`).join(', ') } : undefined;
};

const hostPathVolumes: PodCheck = ({ spec }) => {
  const names = (spec.volumes ?? []).filter(volume => volume.hostPath).map(volume => volume.name);
  if (!names.length) return undefined;
  return { reason: 'hostPath volumes', detail: `${names.length === 1 ? 'volume' : 'volumes'} ${quoted(names)}` };
};

const hostPorts: PodCheck = pod => {
  const portsOf = (container: { ports?: corev1.ContainerPort[] }) =>
    (container.ports ?? []).map(port => port.hostPort ?? 0).filter(port => port !== 0);
  const names = namesWhere(pod, container => portsOf(container).length > 0);
  if (!names.length) return undefined;
  const ports = [...new Set(containersOf(pod).flatMap(portsOf))].map(String).sort();
  const verb = names.length === 1 ? 'uses' : 'use';
  return {
    reason: 'hostPort',
    detail: `${namedContainers(names)} ${verb} ${ports.length === 1 ? 'hostPort' : 'hostPorts'} ${ports.join(', ')}`,
  };
};

const privileged: PodCheck = pod => {
  const names = namesWhere(pod, container => container.securityContext?.privileged === true);
  return names.length
    ? { reason: 'privileged', detail: `${namedContainers(names)} must not set securityContext.privileged=true` }
    : undefined;
};

const procMount: PodCheck = pod => {
  const bad = (container: { securityContext?: corev1.SecurityContext }) =>
    !['Default', undefined].includes(container.securityContext?.procMount);
  const names = namesWhere(pod, bad);
  if (!names.length) return undefined;
  const types = [
    ...new Set(
      containersOf(pod)
        .filter(bad)
        .map(container => container.securityContext!.procMount!),
    ),
  ].sort();
  return {
    reason: 'procMount',
    detail: `${namedContainers(names)} must not set securityContext.procMount to ${quoted(types)}`,
  };
};

const seLinux: PodCheck = (pod, minor) => {
  const isKnown = (type: string) => (SELINUX_TYPES.get(type) ?? Infinity) <= minor;
  const bad = (options: corev1.SELinuxOptions | undefined) =>
    !!options && (!isKnown(options.type ?? '') || !!options.user || !!options.role);
  const names = namesWhere(pod, container => bad(container.securityContext?.seLinuxOptions));
  const podBad = bad(pod.spec.securityContext?.seLinuxOptions);
  if (!names.length && !podBad) return undefined;
  const all = [pod.spec.securityContext, ...containersOf(pod).map(container => container.securityContext)].map(
    context => context?.seLinuxOptions,
  );
  const types = [...new Set(all.map(options => options?.type ?? '').filter(type => !isKnown(type)))].sort();
  const what = [
    ...(types.length ? [`${types.length === 1 ? 'type' : 'types'} ${quoted(types)}`] : []),
    ...(all.some(options => options?.user) ? ['user may not be set'] : []),
    ...(all.some(options => options?.role) ? ['role may not be set'] : []),
  ];
  return {
    reason: 'seLinuxOptions',
    detail: `${podAndContainers(podBad, names)} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`,
  };
};

const seccomp: PodCheck = pod => {
  const bad = (profile: corev1.SeccompProfile | undefined) => profile?.type === 'Unconfined';
  const names = namesWhere(pod, container => bad(container.securityContext?.seccompProfile));
  const podBad = bad(pod.spec.securityContext?.seccompProfile);
  if (!names.length && !podBad) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `${podAndContainers(podBad, names)} must not set securityContext.seccompProfile.type to "Unconfined"`,
  };
};

const sysctls: PodCheck = ({ spec }, minor) => {
  const names = (spec.securityContext?.sysctls ?? []).map(sysctl => sysctl.name);
  const bad = names.filter(name => (SAFE_SYSCTLS.get(name) ?? Infinity) > minor);
  return bad.length ? { reason: 'forbidden sysctls', detail: bad.join(', ') } : undefined;
};

const windowsHostProcess: PodCheck = pod => {
  const names = namesWhere(pod, container => container.securityContext?.windowsOptions?.hostProcess === true);
  const podBad = pod.spec.securityContext?.windowsOptions?.hostProcess === true;
  if (!names.length && !podBad) return undefined;
  return {
    reason: 'hostProcess',
    detail: `${podAndContainers(podBad, names)} must not set securityContext.windowsOptions.hostProcess=true`,
  };
};

/** baselineChecks are the baseline standard's, in the order in which messages name them. */
export const baselineChecks: readonly VersionedCheck[] = [
  { check: appArmor },
  { check: capabilities },
  { check: hostNamespaces },
  { check: hostPathVolumes },
  { check: hostPorts },
  { check: privileged },
  { check: procMount },
  { check: seLinux },
  { check: seccomp, since: 19 },
  { check: sysctls },
  { check: windowsHostProcess },
];

/** REFINED are those in whose place the restricted standard has stricter ones, since that release. */
const REFINED = new Map<PodCheck, number>([
  [capabilities, 22],
  [hostPathVolumes, 0],
  [seccomp, 19],
]);

/** baselineWithinRestricted are those that the restricted standard of a release takes over as they are. Pure. */
export function baselineWithinRestricted(minor: number): readonly VersionedCheck[] {
  return baselineChecks.filter(({ check }) => (REFINED.get(check) ?? Infinity) > minor);
}
