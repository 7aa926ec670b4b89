import type { corev1 } from '@navarch/api';
import type { DnsConfig, PodSandboxConfig, PortMapping } from '@navarch/cri';
import { podLabels } from './labels';
import { sandboxSecurity } from './security';
import { dottedSysctl } from './sysctls';

/** SandboxFacts are what a sandbox needs beyond its pod. */
export interface SandboxFacts {
  readonly attempt: number;
  readonly dns: DnsConfig;
  readonly logDirectory: string;
  readonly cgroupParent: string;
  readonly clusterDomain: string;
}

/** podHostname is the name a pod's containers see: spec.hostname or the pod's name, at most 63 characters. */
export function podHostname(pod: corev1.Pod): string {
  const name = pod.spec?.hostname || pod.metadata?.name || '';
  return name.slice(0, 63).replace(/[-.]+$/, '');
}

/** podDomain is the rest of a pod's full name, if it has a subdomain. */
export function podDomain(pod: corev1.Pod, clusterDomain: string): string {
  const { subdomain } = pod.spec ?? {};
  return subdomain ? `${subdomain}.${pod.metadata?.namespace}.svc.${clusterDomain}` : '';
}

/** podLogDirectory is where a pod's logs are: `<root>/<namespace>_<name>_<uid>`. */
export function podLogDirectory(
  root: string,
  { namespace = '', name = '', uid = '' }: { namespace?: string; name?: string; uid?: string },
): string {
  return `${root}/${namespace}_${name}_${uid}`;
}

/** sandboxConfig is the sandbox of a pod. Pure. */
export function sandboxConfig(pod: corev1.Pod, facts: SandboxFacts): PodSandboxConfig {
  const { metadata = {}, spec } = pod;
  const domain = podDomain(pod, facts.clusterDomain);
  const hostname = spec?.setHostnameAsFQDN && domain ? `${podHostname(pod)}.${domain}` : podHostname(pod);
  return {
    metadata: {
      name: metadata.name ?? '',
      namespace: metadata.namespace ?? '',
      uid: metadata.uid ?? '',
      attempt: facts.attempt,
    },
    hostname: spec?.hostNetwork ? '' : hostname,
    logDirectory: facts.logDirectory,
    dnsConfig: facts.dns,
    portMappings: spec?.hostNetwork ? [] : portMappings(spec!),
    labels: { ...metadata.labels, ...podLabels(pod) },
    annotations: metadata.annotations ?? {},
    linux: {
      cgroupParent: facts.cgroupParent,
      securityContext: sandboxSecurity(spec!),
      sysctls: Object.fromEntries(
        (spec?.securityContext?.sysctls ?? []).map(({ name, value }) => [dottedSysctl(name), value]),
      ),
    },
  };
}

function portMappings(spec: corev1.PodSpec): PortMapping[] {
  const containers = [...(spec.initContainers ?? []).filter(c => c.restartPolicy === 'Always'), ...spec.containers];
  return containers
    .flatMap(container => container.ports ?? [])
    .filter(port => port.hostPort)
    .map(port => ({
      protocol: (port.protocol ?? 'TCP') as PortMapping['protocol'],
      containerPort: port.containerPort,
      hostPort: port.hostPort ?? 0,
      hostIp: port.hostIP ?? '',
    }));
}
