import { readFile, statfs } from 'node:fs/promises';
import os from 'node:os';

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

/** Pressure is what is left of what runs out. */
export interface Headroom {
  readonly memoryAvailableBytes: number;
  readonly diskAvailableShare: number;
  readonly inodesFreeShare: number;
  readonly pidsFreeShare: number;
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

/** readHeadroom reads what is left now. */
export async function readHeadroom(rootDir: string): Promise<Headroom> {
  const [memory, disk, pidMax, loadavg] = await Promise.all([
    text('/proc/meminfo'),
    statfs(rootDir),
    text('/proc/sys/kernel/pid_max'),
    text('/proc/loadavg'),
  ]);
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(memory)?.[1] ?? NaN) * 1024;
  const tasks = Number(/\d+\/(\d+)/.exec(loadavg)?.[1] ?? 0);
  return {
    memoryAvailableBytes: Number.isNaN(available) ? os.freemem() : available,
    diskAvailableShare: disk.blocks ? disk.bavail / disk.blocks : 1,
    inodesFreeShare: disk.files ? disk.ffree / disk.files : 1,
    pidsFreeShare: 1 - tasks / Number(pidMax || 32_768),
  };
}

/** primaryAddress is the machine's first address that is not its own loopback's; IPv4 first. */
export function primaryAddress(interfaces = os.networkInterfaces()): string {
  const all = Object.entries(interfaces)
    .filter(([name]) => !/^(cni|docker|veth|br-|virbr)/.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(address => !address.internal && !address.address.startsWith('fe80:'));
  return (all.find(address => address.family === 'IPv4') ?? all[0])?.address ?? '127.0.0.1';
}
