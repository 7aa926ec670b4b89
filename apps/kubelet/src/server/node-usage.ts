import { readFile } from 'node:fs/promises';
import os from 'node:os';

/** NodeUsage is what the whole machine uses. */
export interface NodeUsage {
  readonly cpuSeconds: number;
  readonly workingSetBytes: number;
  /** usedBytes is all that is not free, caches included. */
  readonly usedBytes: number;
  /** rssBytes is what processes hold that is no file's. */
  readonly rssBytes: number;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly bootedAt: number;
}

const TICKS_PER_SECOND = 100;

/** readNodeUsage reads /proc/stat and /proc/meminfo. */
export async function readNodeUsage(): Promise<NodeUsage> {
  const [stat, meminfo] = await Promise.all([readFile('/proc/stat', 'utf8'), readFile('/proc/meminfo', 'utf8')]);
  return { ...parseProcStat(stat), ...parseMeminfo(meminfo), cpus: os.cpus().length };
}

/** parseProcStat: all time that was not idle. */
export function parseProcStat(stat: string): Pick<NodeUsage, 'cpuSeconds' | 'bootedAt'> {
  const times = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '').split(' ').map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = times;
  const bootedAt = Number(/^btime (\d+)$/m.exec(stat)?.[1] ?? 0) * 1000;
  return { cpuSeconds: (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND, bootedAt };
}

/** parseMeminfo: the working set is what could not be had back at once. */
export function parseMeminfo(
  meminfo: string,
): Pick<NodeUsage, 'workingSetBytes' | 'usedBytes' | 'rssBytes' | 'memoryBytes'> {
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? 0) * 1024;
  const memoryBytes = kib('MemTotal');
  return {
    memoryBytes,
    workingSetBytes: memoryBytes - kib('MemAvailable'),
    usedBytes: memoryBytes - kib('MemFree'),
    rssBytes: kib('AnonPages'),
  };
}
