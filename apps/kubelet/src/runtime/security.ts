import type { corev1 } from '@navarch/api';
import type {
  Image,
  LinuxContainerSecurityContext,
  LinuxSandboxSecurityContext,
  NamespaceOption,
  SecurityProfile,
} from '@navarch/cri';
import { ConfigError } from '../environment/environment';
import { podText } from './format';

const MASKED = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const READ_ONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** namespaceOptions are the namespaces of a pod's sandbox and containers. */
export function namespaceOptions(spec: corev1.PodSpec, targetId?: string): NamespaceOption {
  const pid = spec.hostPID ? 'NODE' : spec.shareProcessNamespace ? 'POD' : targetId ? 'TARGET' : 'CONTAINER';
  return {
    network: spec.hostNetwork ? 'NODE' : 'POD',
    pid,
    ipc: spec.hostIPC ? 'NODE' : 'POD',
    ...(pid === 'TARGET' && targetId && { targetId }),
  };
}

/** sandboxSecurity is the sandbox' part of a pod's security context. */
export function sandboxSecurity(spec: corev1.PodSpec): LinuxSandboxSecurityContext {
  const context = spec.securityContext ?? {};
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  return {
    namespaceOptions: namespaceOptions(spec),
    ...(context.runAsUser !== undefined && { runAsUser: { value: context.runAsUser } }),
    ...(context.runAsGroup !== undefined &&
      context.runAsUser !== undefined && { runAsGroup: { value: context.runAsGroup } }),
    supplementalGroups: groups(context),
    privileged: containers.some(container => container.securityContext?.privileged),
    seccomp: { profileType: 'RuntimeDefault' },
  };
}

function groups(context: corev1.PodSecurityContext): number[] {
  return [...(context.fsGroup === undefined ? [] : [context.fsGroup]), ...(context.supplementalGroups ?? [])];
}

/** SecurityOptions are the node's part in it. */
export interface SecurityOptions {
  readonly seccompDefault: boolean;
  readonly targetId?: string;
}

/** containerSecurity is a container's security context, over its pod's. Throws ConfigError where runAsNonRoot is broken. */
export function containerSecurity(
  pod: corev1.Pod,
  container: corev1.Container,
  image: Image,
  options: SecurityOptions,
): LinuxContainerSecurityContext {
  const spec = pod.spec!;
  const [own, podContext] = [container.securityContext ?? {}, spec.securityContext ?? {}];
  const user = own.runAsUser ?? podContext.runAsUser;
  if (own.runAsNonRoot ?? podContext.runAsNonRoot) checkNonRoot(pod, container, user, image);
  const group = own.runAsGroup ?? podContext.runAsGroup;
  const unmasked = own.procMount === 'Unmasked' || own.privileged;
  return {
    capabilities: { addCapabilities: own.capabilities?.add ?? [], dropCapabilities: own.capabilities?.drop ?? [] },
    privileged: own.privileged ?? false,
    namespaceOptions: namespaceOptions(spec, options.targetId),
    ...userOf(user, image),
    ...(group !== undefined && { runAsGroup: { value: group } }),
    readonlyRootfs: own.readOnlyRootFilesystem ?? false,
    supplementalGroups: groups(podContext),
    noNewPrivs: own.allowPrivilegeEscalation === false,
    maskedPaths: unmasked ? [] : MASKED,
    readonlyPaths: unmasked ? [] : READ_ONLY,
    seccomp: seccomp(own.seccompProfile ?? podContext.seccompProfile, own.privileged ? false : options.seccompDefault),
  };
}

/** userOf: without a user in the spec, the image's own. */
function userOf(
  user: number | undefined,
  image: Image,
): Pick<LinuxContainerSecurityContext, 'runAsUser' | 'runAsUsername'> {
  if (user !== undefined) return { runAsUser: { value: user } };
  if (image.uid) return { runAsUser: image.uid };
  return image.username ? { runAsUsername: image.username } : {};
}

function seccomp(profile: corev1.SeccompProfile | undefined, useDefault: boolean): SecurityProfile {
  if (!profile) return { profileType: useDefault ? 'RuntimeDefault' : 'Unconfined' };
  if (profile.type === 'Localhost') {
    return { profileType: 'Localhost', localhostRef: `/var/lib/kubelet/seccomp/${profile.localhostProfile ?? ''}` };
  }
  return { profileType: profile.type === 'RuntimeDefault' ? 'RuntimeDefault' : 'Unconfined' };
}

function checkNonRoot(pod: corev1.Pod, container: corev1.Container, user: number | undefined, image: Image): void {
  const where = `(pod: ${JSON.stringify(podText(pod))}, container: ${container.name})`;
  if (user !== undefined) {
    if (user === 0) throw new ConfigError(`container's runAsUser breaks non-root policy ${where}`);
    return;
  }
  const uid = image.uid?.value;
  if (uid === undefined && image.username) {
    throw new ConfigError(
      `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`,
    );
  }
  if (!uid) throw new ConfigError(`container has runAsNonRoot and image will run as root ${where}`);
}
