import type { ClusterConfig, NodeConfig } from '../cluster/config';
import { deployFile } from '../cluster/install-dir';
import type { RecordFile } from '../cluster/records';
import { CommandFailed, run, succeeds } from '../process/run';
import fs from 'node:fs';
import { namespaceOf, switchOf, uplinkOf } from './names';

/** NetworkPlan is the network as `ip -batch` lines: first the namespaces, then one batch on the machine and one for each namespace. */
export interface NetworkPlan {
  readonly namespaces: readonly string[];
  /** machine: links, the address, the routes that make pod, service and node addresses answer from the shell. */
  readonly machine: readonly string[];
  readonly inside: ReadonlyMap<string, readonly string[]>;
}

/** planNetwork: a switch in a namespace of its own, the machine and every worker plugged into it, host routes between pod networks. Pure. */
export function planNetwork(config: ClusterConfig): NetworkPlan {
  const sw = switchOf(config);
  const uplink = uplinkOf(config);
  const namespaces = [sw, ...config.nodes.map(node => namespaceOf(config, node))];
  const machine = [
    `link add ${uplink} type veth peer name uplink netns ${sw}`,
    `address add ${config.machineAddress}/24 dev ${uplink}`,
    `link set ${uplink} up`,
    ...config.nodes.map(node => `route add ${node.podCidr} via ${node.address}`),
    ...config.nodes.slice(0, 1).map(node => `route add ${config.serviceCidr} via ${node.address}`),
  ];
  const inside = new Map<string, readonly string[]>();
  inside.set(sw, [
    'link add br0 type bridge',
    'link set br0 up',
    'link set uplink master br0 up',
    ...config.nodes.flatMap(node => [
      `link add ${node.name} type veth peer name eth0 netns ${namespaceOf(config, node)}`,
      `link set ${node.name} master br0 up`,
    ]),
  ]);
  for (const node of config.nodes) inside.set(namespaceOf(config, node), insideNode(config, node));
  return { namespaces, machine, inside };
}

function insideNode(config: ClusterConfig, node: NodeConfig): string[] {
  const others = config.nodes.filter(other => other !== node);
  return [
    'link set lo up',
    `address add ${node.address}/24 dev eth0`,
    'link set eth0 up',
    `route add default via ${config.machineAddress}`,
    ...others.map(other => `route add ${other.podCidr} via ${other.address}`),
  ];
}

/** createNetwork makes it; what it makes is recorded first. It throws when another cluster has the same subnets. */
export async function createNetwork(config: ClusterConfig, file: RecordFile): Promise<void> {
  const plan = planNetwork(config);
  if (fs.existsSync(`/sys/class/net/${uplinkOf(config)}`)) {
    throw new Error(`another cluster has the network ${config.hostCidr}: stop it, or choose --network-index 1 to 9`);
  }
  const taken = plan.namespaces.find(name => fs.existsSync(`/run/netns/${name}`));
  if (taken) throw new Error(`another cluster has the network namespace ${taken}: stop it, or choose another --name`);
  file.change(records => {
    records.namespaces.push(...plan.namespaces);
    records.links.push(uplinkOf(config));
  });
  await ipBatch(
    [],
    plan.namespaces.map(name => `netns add ${name}`),
  );
  await ipBatch([], plan.machine.slice(0, 1));
  const sw = switchOf(config);
  await succeeds(['modprobe', 'br_netfilter']);
  await run(['nsenter', `--net=/run/netns/${sw}`, deployFile('host/host.sh'), 'leave-bridge-alone']);
  await ipBatch(['-n', sw], plan.inside.get(sw)!);
  await Promise.all([
    ipBatch([], plan.machine.slice(1)),
    ...[...plan.inside].filter(([name]) => name !== sw).map(([name, lines]) => ipBatch(['-n', name], lines)),
  ]);
}

/** enableNat lets the workers reach beyond the machine: forwarding on, and their addresses masqueraded. */
export async function enableNat(config: ClusterConfig, file: RecordFile): Promise<void> {
  const forward = '/proc/sys/net/ipv4/ip_forward';
  const forwardBefore = fs.readFileSync(forward, 'utf8').trim();
  file.change(records => void (records.nat = { source: config.hostCidr, forwardBefore }));
  fs.writeFileSync(forward, '1');
  for (const rule of natRules(config.hostCidr)) await run(['iptables', '-w', '-t', rule.table, '-I', ...rule.rule]);
}

/** natRules are the machine's own rules for --nat, each marked by a comment. */
export function natRules(source: string): { readonly table: string; readonly rule: readonly string[] }[] {
  const comment = ['-m', 'comment', '--comment', `navarch ${source}`];
  return [
    { table: 'nat', rule: ['POSTROUTING', '-s', source, '!', '-d', source, ...comment, '-j', 'MASQUERADE'] },
    { table: 'filter', rule: ['FORWARD', '-s', source, ...comment, '-j', 'ACCEPT'] },
    { table: 'filter', rule: ['FORWARD', '-d', source, ...comment, '-j', 'ACCEPT'] },
  ];
}

async function ipBatch(options: readonly string[], lines: readonly string[]): Promise<void> {
  if (!lines.length) return;
  const command = ['ip', ...options, '-batch', '-'];
  try {
    await run(command, { input: `${lines.join('\n')}\n` });
  } catch (error) {
    const line = error instanceof CommandFailed ? /Command failed -:(\d+)/.exec(error.stderr)?.[1] : undefined;
    throw line ? new Error(`ip ${lines[Number(line) - 1]}: ${(error as CommandFailed).stderr.trim()}`) : error;
  }
}
