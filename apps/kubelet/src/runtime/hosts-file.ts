import type { corev1 } from '@navarch/api';

/** HostsInput is what a pod's /etc/hosts follows from. */
export interface HostsInput {
  readonly podIPs: readonly string[];
  readonly hostname: string;
  /** domain is the rest of the pod's full name; '' if it has none. */
  readonly domain: string;
  readonly aliases: readonly corev1.HostAlias[];
  /** hostFile is the node's own file, for pods on the host network. */
  readonly hostFile: string | undefined;
}

const LOCAL = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`;

/** hostsFile is the text of a pod's /etc/hosts. */
export function hostsFile({ podIPs, hostname, domain, aliases, hostFile }: HostsInput): string {
  const names = domain ? `${hostname}.${domain}\t${hostname}` : hostname;
  const own =
    hostFile === undefined
      ? `# Kubernetes-managed hosts file.\n${LOCAL}${podIPs.map(ip => `${ip}\t${names}\n`).join('')}`
      : `# Kubernetes-managed hosts file (host network).\n${hostFile}`;
  if (!aliases.length) return own;
  const extra = aliases.map(({ ip, hostnames = [] }) => `${[ip, ...hostnames].join('\t')}\n`).join('');
  return `${own}\n# Entries added by HostAliases.\n${extra}`;
}
