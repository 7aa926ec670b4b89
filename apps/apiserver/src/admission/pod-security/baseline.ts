import type { corev1 } from '@navarch/api';
import { containersOf, namedContainers, namesWhere, podAndContainers, quoted, type PodCheck } from './violation';

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
const SAFE_SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
]);
const SELINUX_TYPES = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']);
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

const seLinux: PodCheck = pod => {
  const bad = (options: corev1.SELinuxOptions | undefined) =>
    !!options && (!SELINUX_TYPES.has(options.type ?? '') || !!options.user || !!options.role);
  const names = namesWhere(pod, container => bad(container.securityContext?.seLinuxOptions));
  const podBad = bad(pod.spec.securityContext?.seLinuxOptions);
  if (!names.length && !podBad) return undefined;
  const all = [pod.spec.securityContext, ...containersOf(pod).map(container => container.securityContext)].map(
    context => context?.seLinuxOptions,
  );
  const types = [...new Set(all.map(options => options?.type ?? '').filter(type => !SELINUX_TYPES.has(type)))].sort();
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

const sysctls: PodCheck = ({ spec }) => {
  const bad = (spec.securityContext?.sysctls ?? []).map(sysctl => sysctl.name).filter(name => !SAFE_SYSCTLS.has(name));
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
export const baselineChecks: readonly PodCheck[] = [
  appArmor,
  capabilities,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  privileged,
  procMount,
  seLinux,
  seccomp,
  sysctls,
  windowsHostProcess,
];

/** REFINED are those in whose place the restricted standard has stricter ones. */
const REFINED: readonly PodCheck[] = [capabilities, hostPathVolumes, seccomp];

/** baselineWithinRestricted are those that the restricted standard takes over as they are. */
export const baselineWithinRestricted: readonly PodCheck[] = baselineChecks.filter(check => !REFINED.includes(check));
