import type { corev1 } from '@navarch/api';

/** SAFE are kernel parameters that are a pod's own and harm no other, with the release from which on every node takes them. */
const SAFE: readonly (readonly [name: string, since: number])[] = [
  ['kernel.shm_rmid_forced', 11],
  ['net.ipv4.ip_local_port_range', 11],
  ['net.ipv4.tcp_syncookies', 11],
  ['net.ipv4.ping_group_range', 18],
  ['net.ipv4.ip_unprivileged_port_start', 22],
  ['net.ipv4.ip_local_reserved_ports', 27],
  ['net.ipv4.tcp_keepalive_time', 29],
  ['net.ipv4.tcp_fin_timeout', 29],
  ['net.ipv4.tcp_keepalive_intvl', 29],
  ['net.ipv4.tcp_keepalive_probes', 29],
  ['net.ipv4.tcp_rmem', 32],
  ['net.ipv4.tcp_wmem', 32],
];
const SHAPE = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?\.)*[a-z0-9][-_.a-z0-9]*\*?$/;
const OF_IPC = ['kernel.shm', 'kernel.msg', 'fs.mqueue.'];

/**
 * allowedSysctls are the kernel parameters that pods may set on a node of the release: the safe ones and those the node allows. One that
 * ends in `*` stands for all that begin so. Throws for what is no name or belongs to the whole machine.
 */
export function allowedSysctls(unsafe: readonly string[], minor: number): readonly string[] {
  for (const pattern of unsafe) {
    if (!SHAPE.test(pattern)) throw new Error(`not a kernel parameter: ${JSON.stringify(pattern)}`);
    if (!namespaceOf(pattern)) throw new Error(`the sysctl ${JSON.stringify(pattern)} is not known to be namespaced`);
  }
  return [...SAFE.filter(([, since]) => minor >= since).map(([name]) => name), ...unsafe];
}

/** forbiddenSysctl says which of a pod's kernel parameters it may not set, and why; undefined if it may set all. */
export function forbiddenSysctl(spec: corev1.PodSpec, allowed: readonly string[]): string | undefined {
  for (const { name } of spec.securityContext?.sysctls ?? []) {
    const dotted = dottedSysctl(name);
    const quoted = JSON.stringify(name);
    if (!allowed.some(pattern => covers(pattern, dotted))) return `forbidden sysctl: ${quoted} not allowlisted`;
    const namespace = namespaceOf(dotted);
    if (namespace === 'net' ? spec.hostNetwork : spec.hostIPC)
      return `forbidden sysctl: ${quoted} not allowed with host ${namespace} enabled`;
  }
  return undefined;
}

/** dottedSysctl is a kernel parameter's name with dots between its parts, where it may have slashes there and dots within. */
export function dottedSysctl(name: string): string {
  const [separator] = /[./]/.exec(name) ?? [];
  return separator === '/' ? name.replace(/[./]/g, found => (found === '/' ? '.' : '/')) : name;
}

function covers(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

function namespaceOf(pattern: string): 'net' | 'ipc' | undefined {
  if (pattern.startsWith('net.')) return 'net';
  return pattern === 'kernel.sem' || OF_IPC.some(prefix => pattern.startsWith(prefix)) ? 'ipc' : undefined;
}
