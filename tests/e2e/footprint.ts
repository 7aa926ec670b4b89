import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Traces say by which words a cluster's things on this machine are known. */
export interface Traces {
  /** name is the cluster's; its namespaces and cgroups carry it. */
  readonly name: string;
  readonly index: number;
  readonly state: string;
  /** firewall: the node was the machine itself, so its chains were in the machine's own tables. */
  readonly firewall?: boolean;
}

/** footprintOf lists what a cluster has on this machine outside its state folder: nothing, once it is down. */
export function footprintOf({ name, index, state, firewall }: Traces): string[] {
  const named = (what: string, all: readonly string[], test: (one: string) => boolean) =>
    all.filter(test).map(one => `${what} ${one}`);
  return [
    ...named('process', processes(), command => command.includes(state)),
    ...named('network namespace', entries('/run/netns'), one => one.startsWith(`${name}-`)),
    ...named('interface', entries('/sys/class/net'), one => [`navarch${index}`, `navcni${index}`].includes(one)),
    ...named('cgroup', cgroups(), one => one === `navarch-${name}`),
    ...named('mount', lines('/proc/self/mounts'), one => one.includes(state)),
    ...(firewall ? named('rule', rules(), one => /(KUBE|CNI|NAVARCH)-/.test(one)) : []),
  ];
}

function processes(): string[] {
  return entries('/proc')
    .filter(pid => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .map(pid => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
}

function cgroups(): string[] {
  const top = '/sys/fs/cgroup';
  return [...entries(top), ...entries(top).flatMap(hierarchy => entries(path.join(top, hierarchy)))];
}

function rules(): string[] {
  return execFileSync('iptables-save', { encoding: 'utf8' }).split('\n');
}

function lines(file: string): string[] {
  return read(file).split('\n');
}

function entries(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

/** read answers '' for what is gone by now. */
function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
