import type { corev1, policyv1beta1 } from '@navarch/api';
import { field, Path } from '@navarch/apimachinery';
import type { Finding } from './finding';

/** SAFE are the kernel parameters that every policy allows unless it forbids them, by the release that found them safe. */
const SAFE = new Map([
  ['kernel.shm_rmid_forced', 0],
  ['net.ipv4.ip_local_port_range', 0],
  ['net.ipv4.tcp_syncookies', 0],
  ['net.ipv4.ping_group_range', 0],
  ['net.ipv4.ip_unprivileged_port_start', 22],
]);
const PATH = Path.at('pod', 'spec', 'securityContext', 'sysctls');

/** checkSysctls: what is forbidden may not be set, nor what is neither safe nor allowed. A pattern may end in a star. */
export function checkSysctls(
  { forbiddenSysctls = [], allowedUnsafeSysctls = [] }: policyv1beta1.PodSecurityPolicySpec,
  sysctls: readonly corev1.Sysctl[],
  emulated: number,
): Finding[] {
  return sysctls.flatMap(({ name }, i) => {
    const quoted = JSON.stringify(name);
    if (forbiddenSysctls.some(pattern => matches(pattern, name)))
      return [field.forbidden(PATH.index(i), `sysctl ${quoted} is not allowed`)];
    if ((SAFE.get(name) ?? Infinity) <= emulated || allowedUnsafeSysctls.some(pattern => matches(pattern, name)))
      return [];
    return [field.forbidden(PATH.index(i), `unsafe sysctl ${quoted} is not allowed`)];
  });
}

const matches = (pattern: string, name: string) =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
