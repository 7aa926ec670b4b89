import type { corev1 } from '@navarch/api';
import type { DnsConfig } from '@navarch/cri';

/** ResolvConf is a resolv.conf file, read. */
export interface ResolvConf {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** ClusterDns is what --cluster-dns and --cluster-domain say. */
export interface ClusterDns {
  readonly servers: readonly string[];
  readonly domain: string;
}

const MAX_SERVERS = 3;
const MAX_SEARCHES = 32;

/** parseResolvConf reads a resolv.conf. The last search line counts. */
export function parseResolvConf(text: string): ResolvConf {
  const servers: string[] = [];
  let searches: string[] = [];
  let options: string[] = [];
  for (const line of text.split('\n')) {
    const [keyword, ...rest] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && rest[0]) servers.push(rest[0]);
    if (keyword === 'search') searches = rest.map(name => (name === '.' ? name : name.replace(/\.$/, '')));
    if (keyword === 'options') options = rest;
  }
  return { servers, searches, options };
}

/** podDns is the resolv.conf a pod's containers get, by dnsPolicy and dnsConfig; without a cluster DNS, ClusterFirst means Default. */
export function podDns(pod: corev1.Pod, cluster: ClusterDns, host: ResolvConf): DnsConfig {
  const spec = pod.spec!;
  const base = baseDns(spec, pod.metadata?.namespace ?? '', cluster, host);
  const { nameservers = [], searches = [], options = [] } = spec.dnsConfig ?? {};
  const merged = new Map(base.options.map(option => [option.split(':')[0]!, option]));
  for (const { name = '', value } of options) if (name) merged.set(name, value ? `${name}:${value}` : name);
  return {
    servers: unique([...base.servers, ...nameservers]).slice(0, MAX_SERVERS),
    searches: unique([...base.searches, ...searches]).slice(0, MAX_SEARCHES),
    options: [...merged.values()],
  };
}

function baseDns(spec: corev1.PodSpec, namespace: string, cluster: ClusterDns, host: ResolvConf): ResolvConf {
  const policy = spec.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None') return { servers: [], searches: [], options: [] };
  const clusterFirst = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !spec.hostNetwork);
  if (!clusterFirst || !cluster.servers.length) return host;
  const domains = cluster.domain ? [`${namespace}.svc.${cluster.domain}`, `svc.${cluster.domain}`, cluster.domain] : [];
  return { servers: cluster.servers, searches: [...domains, ...host.searches], options: ['ndots:5'] };
}

const unique = (values: readonly string[]) => [...new Set(values)];
