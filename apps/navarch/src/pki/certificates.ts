import type { ClusterConfig } from '../cluster/config';
import type { Profile } from './authority';

/** AuthorityName is one of the cluster's three authorities: its own, etcd's, and the aggregation layer's. */
export type AuthorityName = 'ca' | 'etcd/ca' | 'front-proxy-ca';

/** AUTHORITIES maps each authority's file to its common name, as kubeadm names them. */
export const AUTHORITIES: Readonly<Record<AuthorityName, string>> = {
  ca: 'kubernetes-ca',
  'etcd/ca': 'etcd-ca',
  'front-proxy-ca': 'kubernetes-front-proxy-ca',
};

/** CertificateSpec is a certificate to make: its file below pki/, who signs it, what it says. */
export interface CertificateSpec extends Profile {
  readonly file: string;
  readonly authority: AuthorityName;
}

/** CLIENTS are the components that talk to the API as clients, by the name of their certificate and kubeconfig. */
export const CLIENTS = {
  admin: { commonName: 'kubernetes-admin', organization: 'system:masters' },
  'kube-apiserver': { commonName: 'system:apiserver', organization: 'system:masters' },
  'kube-scheduler': { commonName: 'system:kube-scheduler' },
  'kube-controller-manager': { commonName: 'system:kube-controller-manager' },
  'kube-proxy': { commonName: 'system:kube-proxy' },
  dns: { commonName: 'system:dns' },
} as const satisfies Record<string, { commonName: string; organization?: string }>;

/** certificatesFor lists every certificate of a cluster. Pure. */
export function certificatesFor(config: ClusterConfig, hostname: string): CertificateSpec[] {
  const here = {
    names: ['localhost', ...(/^[A-Za-z0-9.-]+$/.test(hostname) ? [hostname] : [])],
    addresses: unique(['127.0.0.1', config.localAddress, config.machineAddress, config.advertiseAddress]),
  };
  const service = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    `kubernetes.default.svc.${config.clusterDomain}`,
  ];
  const server = (file: string, commonName: string): CertificateSpec => ({
    file,
    authority: 'ca',
    commonName,
    use: 'server',
    ...here,
  });
  return [
    {
      ...server('apiserver', 'kube-apiserver'),
      names: unique([...service, ...here.names]),
      addresses: unique([config.apiServiceAddress, ...here.addresses]),
    },
    {
      file: 'apiserver-kubelet-client',
      authority: 'ca',
      commonName: 'kube-apiserver-kubelet-client',
      organization: 'system:masters',
      use: 'client',
    },
    { file: 'apiserver-etcd-client', authority: 'etcd/ca', commonName: 'kube-apiserver-etcd-client', use: 'client' },
    { file: 'front-proxy-client', authority: 'front-proxy-ca', commonName: 'front-proxy-client', use: 'client' },
    { file: 'etcd/server', authority: 'etcd/ca', commonName: 'etcd', use: 'both', ...here },
    { file: 'etcd/peer', authority: 'etcd/ca', commonName: 'etcd', use: 'both', ...here },
    {
      file: 'etcd/healthcheck-client',
      authority: 'etcd/ca',
      commonName: 'kube-etcd-healthcheck-client',
      use: 'client',
    },
    server('nats-server', 'nats-server'),
    server('kube-scheduler-server', 'kube-scheduler'),
    server('kube-controller-manager-server', 'kube-controller-manager'),
    server('dns-server', 'dns'),
    ...Object.entries(CLIENTS).map(([file, who]): CertificateSpec => ({
      file,
      authority: 'ca',
      use: 'client',
      ...who,
    })),
    ...config.nodes.flatMap((node): CertificateSpec[] => [
      {
        file: node.name,
        authority: 'ca',
        use: 'client',
        commonName: `system:node:${node.name}`,
        organization: 'system:nodes',
      },
      {
        file: `${node.name}-server`,
        authority: 'ca',
        use: 'server',
        commonName: `system:node:${node.name}`,
        organization: 'system:nodes',
        names: [node.name],
        addresses: unique([node.address, '127.0.0.1']),
      },
    ]),
  ];
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)];
}
