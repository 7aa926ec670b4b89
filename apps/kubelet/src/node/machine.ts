import { readFile, statfs } from 'node:fs/promises';
import os from 'node:os';
import type { Observation, Observations, Signal } from '../eviction/thresholds';

/** Machine is what the node's machine is and has. */
export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly storageBytes: number;
  readonly machineId: string;
  readonly systemUuid: string;
  readonly bootId: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  readonly architecture: string;
}

const text = (file: string) =>
  readFile(file, 'utf8').then(
    content => content.trim(),
    () => '',
  );

/** readMachine reads /proc, /sys and /etc. What cannot be read is empty. */
export async function readMachine(rootDir: string): Promise<Machine> {
  const [machineId, systemUuid, bootId, release, storage] = await Promise.all([
    text('/etc/machine-id'),
    text('/sys/class/dmi/id/product_uuid'),
    text('/proc/sys/kernel/random/boot_id'),
    text('/etc/os-release'),
    statfs(rootDir),
  ]);
  return {
    cpus: os.cpus().length,
    memoryBytes: os.totalmem(),
    storageBytes: storage.blocks * storage.bsize,
    machineId,
    systemUuid: systemUuid || machineId,
    bootId,
    kernelVersion: os.release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release)?.[1] ?? os.type(),
    architecture: goArchitecture(process.arch),
  };
}

/** goArchitecture is Node's name of an architecture as Go spells it. */
export function goArchitecture(arch: string): string {
  return (
    new Map([
      ['x64', 'amd64'],
      ['ia32', '386'],
    ]).get(arch) ?? arch
  );
}

/** observeMachine reads what is left of memory, disk and process ids now. */
export async function observeMachine(rootDir: string): Promise<Observations> {
  const [memory, disk, pidMax, loadavg] = await Promise.all([
    text('/proc/meminfo'),
    statfs(rootDir),
    text('/proc/sys/kernel/pid_max'),
    text('/proc/loadavg'),
  ]);
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(memory)?.[1] ?? NaN) * 1024;
  const tasks = Number(/\d+\/(\d+)/.exec(loadavg)?.[1] ?? 0);
  const pids = Number(pidMax || 32_768);
  const bytes = { available: disk.bavail * disk.bsize, capacity: disk.blocks * disk.bsize };
  return new Map<Signal, Observation>([
    ['memory.available', { available: Number.isNaN(available) ? os.freemem() : available, capacity: os.totalmem() }],
    ['nodefs.available', bytes],
    ['imagefs.available', bytes],
    // Some file systems do not count inodes: then none can run out.
    ...(disk.files ? ([['nodefs.inodesFree', { available: disk.ffree, capacity: disk.files }]] as const) : []),
    ['pid.available', { available: pids - tasks, capacity: pids }],
  ]);
}

/** primaryAddress is the machine's first address that is not its own loopback's; IPv4 first. */
export function primaryAddress(interfaces = os.networkInterfaces()): string {
  const all = Object.entries(interfaces)
    .filter(([name]) => !/^(cni|docker|veth|br-|virbr)/.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(address => !address.internal && !address.address.startsWith('fe80:'));
  return (all.find(address => address.family === 'IPv4') ?? all[0])?.address ?? '127.0.0.1';
}
