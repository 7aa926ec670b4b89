import type { ClusterConfig, NodeConfig } from '../cluster/config';
import { appMain } from '../cluster/install-dir';
import type { ClusterPaths } from '../cluster/paths';
import { REGISTRY_PORT } from '../host/containerd';
import type { ComponentSpec, HealthProbe } from './spec';

type Context = { readonly config: ClusterConfig; readonly paths: ClusterPaths };

/** componentsOf is the table of everything a cluster runs and with which flags, in the order of their start. Pure. */
export function componentsOf(config: ClusterConfig, paths: ClusterPaths): ComponentSpec[] {
  const context = { config, paths };
  return [
    etcd(context),
    ...(config.transport === 'nats' ? [nats(context)] : []),
    ...(config.runtime === 'containerd' && config.nodes.length ? [registry(context)] : []),
    apiserver(context),
    ...config.nodes.flatMap(node => (config.runtime === 'containerd' ? [containerd(node)] : [])),
    controllerManager(context),
    scheduler(context),
    ...config.nodes.flatMap(node => [
      kubelet(context, node),
      ...(config.runtime === 'containerd' ? [kubeProxy(context, node)] : []),
    ]),
    dns(context),
  ];
}

function etcd({ config, paths }: Context): ComponentSpec {
  const address = config.localAddress;
  return {
    name: 'etcd',
    command: [
      'etcd',
      ...flags({
        name: config.name,
        'data-dir': `${paths.data}/etcd`,
        'listen-client-urls': `https://${address}:2379`,
        'advertise-client-urls': `https://${address}:2379`,
        'listen-peer-urls': `https://${address}:2380`,
        'initial-advertise-peer-urls': `https://${address}:2380`,
        'initial-cluster': `${config.name}=https://${address}:2380`,
        'listen-metrics-urls': `http://${address}:2381`,
        'cert-file': paths.certificate('etcd/server'),
        'key-file': paths.key('etcd/server'),
        'trusted-ca-file': paths.certificate('etcd/ca'),
        'client-cert-auth': true,
        'peer-cert-file': paths.certificate('etcd/peer'),
        'peer-key-file': paths.key('etcd/peer'),
        'peer-trusted-ca-file': paths.certificate('etcd/ca'),
        'peer-client-cert-auth': true,
        // A single member on its own machine need not wait a second before it leads itself.
        'heartbeat-interval': 50,
        'election-timeout': 250,
        logger: 'zap',
        'log-level': 'warn',
      }),
    ],
    health: { url: `http://${address}:2381/health` },
    after: [],
    graceMs: 5_000,
  };
}

function nats({ config, paths }: Context): ComponentSpec {
  return {
    name: 'nats',
    command: ['nats-server', '-c', paths.natsConfig],
    health: { url: `http://127.0.0.1:${natsMonitorPort(config)}/healthz` },
    after: [],
    graceMs: 3_000,
  };
}

/** natsMonitorPort is where nats-server tells how it is, on 127.0.0.1. */
export function natsMonitorPort(config: ClusterConfig): number {
  return 8222 + config.index;
}

function registry({ config, paths }: Context): ComponentSpec {
  return {
    name: 'registry',
    command: [
      process.execPath,
      appMain('navarch'),
      'registry',
      ...flags({ address: config.machineAddress, port: REGISTRY_PORT, state: paths.state }),
    ],
    health: { url: `http://${config.machineAddress}:${REGISTRY_PORT}/healthz` },
    after: [],
    graceMs: 1_000,
  };
}

function apiserver({ config, paths }: Context): ComponentSpec {
  return {
    name: 'kube-apiserver',
    command: app('apiserver', {
      'advertise-address': config.advertiseAddress,
      'bind-address': config.machineAddress,
      'secure-port': 6443,
      'component-status-address': config.machineAddress,
      'emulated-version': config.emulatedVersion,
      'etcd-servers': `https://${config.localAddress}:2379`,
      'etcd-cafile': paths.certificate('etcd/ca'),
      'etcd-certfile': paths.certificate('apiserver-etcd-client'),
      'etcd-keyfile': paths.key('apiserver-etcd-client'),
      'encryption-provider-config': paths.encryption,
      'tls-cert-file': paths.certificate('apiserver'),
      'tls-private-key-file': paths.key('apiserver'),
      'client-ca-file': paths.certificate('ca'),
      'kubelet-certificate-authority': paths.certificate('ca'),
      'kubelet-client-certificate': paths.certificate('apiserver-kubelet-client'),
      'kubelet-client-key': paths.key('apiserver-kubelet-client'),
      'service-account-issuer': `https://kubernetes.default.svc.${config.clusterDomain}`,
      'service-account-key-file': `${paths.pki}/sa.pub`,
      'service-account-signing-key-file': `${paths.pki}/sa.key`,
      'service-cluster-ip-range': config.serviceCidr,
      'allow-privileged': 'true',
      'requestheader-client-ca-file': paths.certificate('front-proxy-ca'),
      'proxy-client-cert-file': paths.certificate('front-proxy-client'),
      'proxy-client-key-file': paths.key('front-proxy-client'),
      ...(config.transport === 'nats' ? natsFlags({ config, paths }, 'kube-apiserver') : {}),
    }),
    health: https({ config, paths }, config.machineAddress, 6443, '/readyz'),
    after: ['etcd', ...(config.transport === 'nats' ? ['nats'] : [])],
    graceMs: 5_000,
  };
}

function controllerManager(context: Context): ComponentSpec {
  const { config, paths } = context;
  return {
    name: 'kube-controller-manager',
    command: app('controller-manager', {
      ...clientFlags(context, 'kube-controller-manager'),
      ...servingFlags(context, 'kube-controller-manager-server', config.machineAddress),
      ...leaderElection(context),
      'root-ca-file': paths.certificate('ca'),
      'cluster-signing-cert-file': paths.certificate('ca'),
      'cluster-signing-key-file': paths.key('ca'),
      'service-account-private-key-file': `${paths.pki}/sa.key`,
    }),
    health: https(context, config.machineAddress, 10257),
    after: ['kube-apiserver'],
    graceMs: 5_000,
  };
}

function scheduler(context: Context): ComponentSpec {
  const { config } = context;
  return {
    name: 'kube-scheduler',
    command: app('scheduler', {
      ...clientFlags(context, 'kube-scheduler'),
      ...servingFlags(context, 'kube-scheduler-server', config.machineAddress),
      ...leaderElection(context),
    }),
    health: https(context, config.machineAddress, 10259),
    after: ['kube-apiserver'],
    graceMs: 5_000,
  };
}

function dns(context: Context): ComponentSpec {
  const { config } = context;
  return {
    name: 'dns',
    command: app('dns', {
      ...clientFlags(context, 'dns'),
      'bind-address': config.machineAddress,
      'dns-address': config.machineAddress,
      'dns-port': 10053,
      'metrics-port': 9153,
      'cluster-domain': config.clusterDomain,
    }),
    health: { url: `http://${config.machineAddress}:9153/healthz` },
    after: ['kube-apiserver'],
    graceMs: 2_000,
  };
}

function containerd(node: NodeConfig): ComponentSpec {
  return {
    name: `${node.name}/containerd`,
    node: node.name,
    command: ['containerd', '--config', '/etc/containerd/config.toml'],
    after: [],
    graceMs: 5_000,
  };
}

function kubelet(context: Context, node: NodeConfig): ComponentSpec {
  const { config, paths } = context;
  const hollow = config.runtime === 'hollow';
  return {
    name: `${node.name}/kubelet`,
    ...(!hollow && { node: node.name }),
    command: app('kubelet', {
      ...clientFlags(context, node.name),
      ...servingFlags(context, `${node.name}-server`, hollow ? node.address : '0.0.0.0'),
      'hostname-override': node.name,
      'node-ip': node.address,
      'container-runtime-endpoint': hollow ? 'hollow://' : 'unix:///run/containerd/containerd.sock',
      ...(hollow && {
        'root-dir': `${paths.host(node.name)}/var/lib/kubelet`,
        'pod-logs-dir': `${paths.host(node.name)}/var/log/pods`,
      }),
      'kubelet-version': `v${config.emulatedVersion}.0`,
      'pod-cidr': node.podCidr,
      'cluster-cidr': config.podCidr,
      'cluster-dns': config.dnsServiceAddress,
      'cluster-domain': config.clusterDomain,
    }),
    health: https(context, node.address, 10250),
    after: ['kube-apiserver', ...(hollow ? [] : [`${node.name}/containerd`])],
    graceMs: 10_000,
  };
}

function kubeProxy(context: Context, node: NodeConfig): ComponentSpec {
  const { config } = context;
  const address = config.placement === 'on-host' ? node.address : '0.0.0.0';
  return {
    name: `${node.name}/kube-proxy`,
    node: node.name,
    command: app('kube-proxy', {
      ...clientFlags(context, 'kube-proxy'),
      'hostname-override': node.name,
      'cluster-cidr': config.podCidr,
      'bind-address': address,
      'metrics-port': 10249,
    }),
    health: { url: `http://${node.address}:10249/healthz` },
    after: ['kube-apiserver'],
    graceMs: 2_000,
  };
}

/** leaderElection names the holder: the supervisor keeps one process of each kind, so a restarted one need not wait for itself. */
function leaderElection({ config }: Context) {
  return { 'leader-elect-identity': config.name };
}

/** clientFlags say how a component reaches the API, and as whom. */
function clientFlags(context: Context, who: string): Record<string, string> {
  const { config, paths } = context;
  return {
    transport: config.transport,
    ...(config.transport === 'nats' ? natsFlags(context, who) : { kubeconfig: paths.kubeconfig(who) }),
  };
}

function natsFlags({ config, paths }: Context, who: string): Record<string, string> {
  return {
    'nats-servers': `${config.machineAddress}:4222`,
    'nats-ca-file': paths.certificate('ca'),
    'nats-cert-file': paths.certificate(who),
    'nats-key-file': paths.key(who),
  };
}

function servingFlags({ paths }: Context, certificate: string, address: string): Record<string, string> {
  return {
    'bind-address': address,
    'tls-cert-file': paths.certificate(certificate),
    'tls-private-key-file': paths.key(certificate),
    'client-ca-file': paths.certificate('ca'),
  };
}

function https({ paths }: Context, address: string, port: number, path = '/healthz'): HealthProbe {
  return { url: `https://${address}:${port}${path}`, ca: paths.certificate('ca') };
}

function app(name: string, values: Readonly<Record<string, string | number | boolean>>): string[] {
  return [process.execPath, '--enable-source-maps', appMain(name), ...flags(values)];
}

function flags(values: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}
