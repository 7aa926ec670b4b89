import type { ClusterConfig, NodeConfig } from '../cluster/config';
import { deployFile } from '../cluster/install-dir';
import type { ClusterPaths } from '../cluster/paths';
import type { RecordFile } from '../cluster/records';
import { childrenOf, identify, isAlive, type ProcessId } from '../process/proc';
import { run } from '../process/run';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { bridgeOf, cgroupOf, namespaceOf } from './names';

/** WorkerHost is a running host: its namespaces live as long as its PID 1. */
export interface WorkerHost {
  readonly node: NodeConfig;
  /** init is the host's PID 1 as the machine sees it. */
  readonly init: ProcessId;
}

/**
 * startHost starts a worker's PID 1 in namespaces of its own and waits until they are set up. `ended` is called when it has died, and
 * everything in the host with it.
 */
export async function startHost(
  config: ClusterConfig,
  paths: ClusterPaths,
  node: NodeConfig,
  file: RecordFile,
  ended: () => void,
): Promise<WorkerHost> {
  const dir = paths.host(node.name);
  fs.mkdirSync(dir, { recursive: true });
  fs.mkdirSync(paths.logs, { recursive: true });
  if (!file.records.cgroups.includes(cgroupOf(config))) file.change(records => records.cgroups.push(cgroupOf(config)));
  const netns = config.placement === 'on-host' ? '-' : namespaceOf(config, node);
  const log = fs.openSync(paths.log(`${node.name}-host`), 'a', 0o640);
  const child = spawn(deployFile('host/host.sh'), ['start', cgroupOf(config, node), netns, dir, node.name], {
    detached: true,
    stdio: ['ignore', 'pipe', log],
  });
  fs.closeSync(log);
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code =>
      reject(new Error(`host ${node.name} ended with ${code ?? 'a signal'}: see ${paths.log(`${node.name}-host`)}`)),
    );
    child.stdout!.once('data', () => resolve());
  });
  child.removeAllListeners('exit');
  child.once('exit', ended);
  child.stdout!.destroy();
  child.unref();
  // What runs is unshare, whose only child is the host's PID 1; its end takes PID 1 along (--kill-child).
  const init = identify(childrenOf(child.pid!)[0] ?? -1);
  if (!init) throw new Error(`host ${node.name}: its first process is gone`);
  file.change(records => void (records.hosts[node.name] = init));
  return { node, init };
}

/** masquerade sets a host's masquerade rules. They belong to its network, which outlives its PID 1: once is enough. */
export async function masquerade(config: ClusterConfig, host: WorkerHost): Promise<void> {
  const input = masqueradeRules(config, host.node);
  await run(enterCommand(config, host, ['iptables-restore', '--noflush', '-w', '10']), { input });
}

/** enterCommand makes a command run inside a host. */
export function enterCommand(config: ClusterConfig, host: WorkerHost, command: readonly string[]): string[] {
  return [deployFile('host/host.sh'), 'enter', String(host.init.pid), cgroupOf(config, host.node), ...command];
}

/** masqueradeRules hide pod addresses from whoever is outside the cluster, and from nobody inside. */
export function masqueradeRules(config: ClusterConfig, node: NodeConfig): string {
  const chain = masqueradeChain(config);
  const inside = config.placement === 'on-host' ? [config.podCidr] : [config.podCidr, config.hostCidr];
  return [
    '*nat',
    `:${chain} - [0:0]`,
    `-A POSTROUTING -s ${node.podCidr} -j ${chain}`,
    ...inside.map(cidr => `-A ${chain} -d ${cidr} -j RETURN`),
    `-A ${chain} -j MASQUERADE`,
    'COMMIT',
    '',
  ].join('\n');
}

/** masqueradeChain is the chain's name: the bridge's, since there is one a node. */
export function masqueradeChain(config: ClusterConfig): string {
  return `NAVARCH-MASQ-${bridgeOf(config).toUpperCase()}`;
}

/** hostAlive tells whether a host still runs. */
export function hostAlive(host: WorkerHost): boolean {
  return isAlive(host.init);
}
