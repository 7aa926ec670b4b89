import type { ClusterConfig, NodeConfig } from '../cluster/config';
import type { ClusterPaths } from '../cluster/paths';
import fs from 'node:fs';
import path from 'node:path';
import { bridgeOf } from './names';

/** PAUSE_IMAGE holds a pod's namespaces. */
export const PAUSE_IMAGE = 'registry.k8s.io/pause:3.9';
/** REGISTRY_PORT is where the cluster's own registry listens. */
export const REGISTRY_PORT = 5000;

/** ContainerdOptions follow from what the machine can do. */
export interface ContainerdOptions {
  /** mayRaisePriority: the machine grants CAP_SYS_RESOURCE, without which no process may lower its oom_score_adj. */
  readonly mayRaisePriority: boolean;
  /** snapshotter: overlayfs, or native where the state folder itself lies on an overlay. */
  readonly snapshotter: 'overlayfs' | 'native';
}

/** containerdConfig renders containerd's configuration for a worker. */
export function containerdConfig(options: ContainerdOptions): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = [${['snapshotter.v1.btrfs', 'snapshotter.v1.zfs', 'snapshotter.v1.aufs', 'snapshotter.v1.devmapper', 'tracing.processor.v1.otlp', 'internal.v1.tracing', 'internal.v1.opt'].map(name => `"io.containerd.${name}"`).join(', ')}]

[grpc]
  address = "/run/containerd/containerd.sock"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  restrict_oom_score_adj = ${!options.mayRaisePriority}
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${options.snapshotter}"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniBinDir()}"
    conf_dir = "/etc/cni/net.d"

  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "/etc/containerd/certs.d"
`;
}

/** cniConfig renders the pod network: a bridge a node. The address pool lives in /run, as the pods' namespaces do: neither outlives the host. */
export function cniConfig(config: ClusterConfig, node: NodeConfig): string {
  const bridge = {
    type: 'bridge',
    bridge: bridgeOf(config),
    isGateway: true,
    ipMasq: false,
    hairpinMode: true,
    ipam: {
      type: 'host-local',
      dataDir: '/run/cni/ipam',
      ranges: [[{ subnet: node.podCidr }]],
      routes: [{ dst: '0.0.0.0/0' }],
    },
  };
  const portmap = { type: 'portmap', capabilities: { portMappings: true }, snat: true };
  return `${JSON.stringify({ cniVersion: '0.4.0', name: 'navarch', plugins: [bridge, portmap] }, null, 2)}\n`;
}

/** PUBLIC_REGISTRIES are those that no address of this machine's own network can stand behind. */
const PUBLIC_REGISTRIES = ['docker.io', 'registry.k8s.io', 'k8s.gcr.io', 'gcr.io', 'quay.io', 'ghcr.io'];

/**
 * registryHosts are containerd's hosts.toml files by registry. Every pull goes to the cluster's registry first. Where that knows
 * no answer, containerd asks the image's own registry, unless it has no way there: that would only end in a long timeout.
 */
export function registryHosts(config: ClusterConfig): Map<string, string> {
  const ours = `http://${config.machineAddress}:${REGISTRY_PORT}`;
  const first = `[host."${ours}"]\n  capabilities = ["pull", "resolve"]\n`;
  const only = `server = "${ours}"\n\n${first}`;
  const outside = config.nat || config.placement === 'on-host';
  return new Map([
    ['_default', first],
    ...PUBLIC_REGISTRIES.map((name): [string, string] => [name, outside ? first : only]),
  ]);
}

/** writeContainerdFiles writes a worker's /etc/containerd and /etc/cni. */
export function writeContainerdFiles(config: ClusterConfig, paths: ClusterPaths, node: NodeConfig): void {
  const dir = paths.host(node.name);
  const files: [string, string][] = [
    [
      'etc/containerd/config.toml',
      containerdConfig({ mayRaisePriority: hasSysResource(), snapshotter: snapshotterFor(dir) }),
    ],
    ...[...registryHosts(config)].map(([registry, text]): [string, string] => [
      `etc/containerd/certs.d/${registry}/hosts.toml`,
      text,
    ]),
    ['etc/cni/net.d/10-navarch.conflist', cniConfig(config, node)],
  ];
  for (const [name, content] of files) {
    const target = path.join(dir, name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, content);
  }
}

/** cniBinDir is where the CNI plugins are: Debian's place or upstream's. */
export function cniBinDir(): string {
  return ['/usr/lib/cni', '/opt/cni/bin'].find(dir => fs.existsSync(path.join(dir, 'bridge'))) ?? '/usr/lib/cni';
}

const CAP_SYS_RESOURCE = 24n;
const OVERLAYFS_MAGIC = 0x794c7630;

function hasSysResource(): boolean {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${bounding}`) >> CAP_SYS_RESOURCE) & 1n) === 1n;
}

function snapshotterFor(dir: string): ContainerdOptions['snapshotter'] {
  fs.mkdirSync(dir, { recursive: true });
  return fs.statfsSync(dir).type === OVERLAYFS_MAGIC ? 'native' : 'overlayfs';
}
