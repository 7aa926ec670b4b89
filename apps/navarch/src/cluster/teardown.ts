import { describe, systemClock } from '@navarch/base';
import { natRules } from '../host/network';
import { gone, isAlive, signal, terminate } from '../process/proc';
import { run, succeeds } from '../process/run';
import fs from 'node:fs';
import path from 'node:path';
import type { Records } from './records';

/**
 * teardown takes away everything the records name: processes, hosts, network, firewall rules, cgroups. It may be run at any
 * time and as often as one likes; what is gone already is passed over. Answers what it could not remove.
 */
export async function teardown(records: Records): Promise<string[]> {
  const left: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>) => {
    await work().catch((error: unknown) => left.push(`${what}: ${describe(error)}`));
  };
  if (records.supervisor) signal(records.supervisor, 'SIGKILL');
  await Promise.all(Object.values(records.processes).map(id => terminate(id, 3_000)));
  // The death of a host's first process ends everything inside its namespaces, mounts and all.
  await Promise.all(Object.entries(records.hosts).map(([name, init]) => attempt(`host ${name}`, () => powerOff(init))));
  if (records.nat) await attempt('address translation', () => removeNat(records.nat!));
  if (records.firewall) await attempt('firewall', removeNodeRules);
  for (const name of records.links) await attempt(name, () => removeLink(name));
  await Promise.all(records.namespaces.map(name => attempt(name, () => removeNamespace(name))));
  for (const name of records.cgroups) await attempt(`cgroup ${name}`, () => removeCgroups(name));
  return left;
}

async function powerOff(init: Records['hosts'][string]): Promise<void> {
  signal(init, 'SIGKILL');
  if (!(await gone(init, 10_000)) && isAlive(init)) throw new Error('its first process does not end');
}

async function removeLink(name: string): Promise<void> {
  if (fs.existsSync(`/sys/class/net/${name}`)) await run(['ip', 'link', 'delete', name]);
}

async function removeNamespace(name: string): Promise<void> {
  if (fs.existsSync(`/run/netns/${name}`)) await run(['ip', 'netns', 'delete', name]);
}

async function removeNat(nat: NonNullable<Records['nat']>): Promise<void> {
  for (const { table, rule } of natRules(nat.source)) await succeeds(['iptables', '-w', '-t', table, '-D', ...rule]);
  fs.writeFileSync('/proc/sys/net/ipv4/ip_forward', nat.forwardBefore);
}

/** removeNodeRules takes a node's rules and chains out of the machine's firewall (--on-host) and leaves everything else in place. */
async function removeNodeRules(): Promise<void> {
  const saved = await run(['iptables-save']);
  const input = withoutNodeRules(saved);
  if (input !== saved) await run(['iptables-restore', '-w', '10'], { input });
}

/** withoutNodeRules drops from iptables-save's text the chains of kube-proxy, the CNI plugins and our own, and every rule that leads there. */
export function withoutNodeRules(saved: string): string {
  const ours = /^:(KUBE-|CNI-|NAVARCH-)|^-A (KUBE-|CNI-|NAVARCH-)| -j (KUBE-|CNI-|NAVARCH-)/;
  return saved
    .split('\n')
    .filter(line => !ours.test(line))
    .join('\n');
}

/** removeCgroups removes a folder and those below it from every hierarchy, once the kernel has let go of the dead in them. */
async function removeCgroups(name: string): Promise<void> {
  for (const mount of cgroupMounts()) {
    const top = path.join(mount, name);
    for (let attempt = 0; fs.existsSync(top); attempt++) {
      try {
        removeTree(top);
      } catch (error) {
        if (attempt === 40) throw error;
        await systemClock.sleep(50);
      }
    }
  }
}

/** removeTree removes the folders only: a cgroup's files go with it. */
function removeTree(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(path.join(folder, entry.name));
  }
  fs.rmdirSync(folder);
}

function cgroupMounts(): string[] {
  const mounts = fs
    .readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map(line => line.split(' '));
  return mounts.filter(([, , type]) => type === 'cgroup' || type === 'cgroup2').map(([, folder]) => folder!);
}
