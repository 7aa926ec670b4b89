/** Runtime: real containers by containerd, or the in-process double that only pretends. */
export type Runtime = 'containerd' | 'hollow';
/** Transport is how the components reach the API server. */
export type Transport = 'nats' | 'https';
/** Placement: workers as hosts of their own, the node on the machine itself, or everything on loopback addresses (no root). */
export type Placement = 'hosts' | 'on-host' | 'loopback';

/** NodeConfig is one worker. */
export interface NodeConfig {
  readonly name: string;
  readonly number: number;
  readonly address: string;
  readonly podCidr: string;
}

/** ClusterConfig is everything `up` decided, written to cluster.json; all names and addresses of a cluster follow from it. */
export interface ClusterConfig {
  /** name prefixes network namespaces and cgroups. */
  readonly name: string;
  /** index (0–9) picks the subnets, so that clusters live side by side. */
  readonly index: number;
  readonly placement: Placement;
  readonly runtime: Runtime;
  readonly transport: Transport;
  readonly emulatedVersion: string;
  /** nat lets pods reach beyond the machine by masquerading, which changes the machine's own firewall. */
  readonly nat: boolean;
  /** machineAddress is where the control plane listens and the workers reach it. */
  readonly machineAddress: string;
  /** advertiseAddress stands in the endpoints of the `kubernetes` and `kube-dns` Services; never a loopback address. */
  readonly advertiseAddress: string;
  /** localAddress is a loopback address for what only this machine may reach. */
  readonly localAddress: string;
  readonly hostCidr: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly apiServiceAddress: string;
  readonly dnsServiceAddress: string;
  readonly clusterDomain: string;
  readonly nodes: readonly NodeConfig[];
}

/** ClusterOptions is what the command line said, and what the machine can do. */
export interface ClusterOptions {
  readonly name: string;
  readonly index: number;
  readonly workers: number;
  readonly onHost: boolean;
  readonly hollow: boolean;
  readonly transport: Transport;
  readonly emulatedVersion: string;
  readonly nat: boolean;
  readonly hostname: string;
  /** mainAddress is the machine's own address towards its default route, or its first that is not loopback. */
  readonly mainAddress: string;
}

/** InvalidOptions is a mistake of the caller's, told in one sentence. */
export class InvalidOptions extends Error {}

/** planCluster turns options into a configuration. Pure. Throws InvalidOptions. */
export function planCluster(options: ClusterOptions): ClusterConfig {
  const { name, index, workers, onHost, hollow } = options;
  if (!/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/.test(name)) {
    throw new InvalidOptions(
      `--name ${JSON.stringify(name)}: up to 20 lower-case letters, digits and '-', beginning with a letter`,
    );
  }
  if (!Number.isInteger(index) || index < 0 || index > 9)
    throw new InvalidOptions('--network-index: a number from 0 to 9');
  if (!Number.isInteger(workers) || workers < 0 || workers > 40)
    throw new InvalidOptions('--workers: a number from 0 to 40');
  if (onHost && hollow)
    throw new InvalidOptions('--on-host runs real containers on the machine; --hollow runs none: choose one');
  if (!/^1\.\d{1,2}$/.test(options.emulatedVersion))
    throw new InvalidOptions('--emulated-version: a release such as 1.33 or 1.20');
  const placement: Placement = onHost ? 'on-host' : hollow || workers === 0 ? 'loopback' : 'hosts';
  const local = index === 0 ? '127.0.0.1' : `127.77.${index}.1`;
  const machineAddress = { hosts: `10.77.${index}.254`, 'on-host': options.mainAddress, loopback: local }[placement];
  const pods = `10.${244 + index}`;
  const services = `10.${96 + index}.0`;
  return {
    name,
    index,
    placement,
    runtime: hollow ? 'hollow' : 'containerd',
    transport: options.transport,
    emulatedVersion: options.emulatedVersion,
    nat: options.nat,
    machineAddress,
    advertiseAddress: placement === 'loopback' ? options.mainAddress : machineAddress,
    localAddress: local,
    hostCidr: `10.77.${index}.0/24`,
    podCidr: `${pods}.0.0/16`,
    serviceCidr: `${services}.0/16`,
    apiServiceAddress: `${services}.1`,
    dnsServiceAddress: `${services}.10`,
    clusterDomain: 'cluster.local',
    nodes: onHost
      ? [{ name: nodeName(options.hostname), number: 0, address: options.mainAddress, podCidr: `${pods}.0.0/24` }]
      : Array.from({ length: workers }, (_, i) => ({
          name: `worker-${i + 1}`,
          number: i + 1,
          address: placement === 'hosts' ? `10.77.${index}.${11 + i}` : `127.77.${index}.${11 + i}`,
          podCidr: `${pods}.${i + 1}.0/24`,
        })),
  };
}

/** nodeName makes a host's name a valid node name, as the kubelet does. */
function nodeName(hostname: string): string {
  return hostname.trim().toLowerCase() || 'node';
}
