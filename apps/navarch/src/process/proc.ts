import { systemClock } from '@navarch/base';
import fs from 'node:fs';

/**
 * ProcessId names one process for good: a pid alone may be given to another process later, a pid with its start time
 * (clock ticks since boot, field 22 of /proc/PID/stat) is not.
 */
export interface ProcessId {
  readonly pid: number;
  readonly startTime: string;
}

/** identify is the ProcessId of a running process; undefined if there is none, or a zombie only. */
export function identify(pid: number): ProcessId | undefined {
  try {
    return parseStat(pid, fs.readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** parseStat reads /proc/PID/stat, whose second field is the name in parentheses and may hold anything. */
export function parseStat(pid: number, stat: string): ProcessId | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || state === 'Z' || state === 'X' || startTime === undefined
    ? undefined
    : { pid, startTime };
}

/** isAlive tells whether that very process runs. */
export function isAlive(id: ProcessId): boolean {
  return identify(id.pid)?.startTime === id.startTime;
}

/** signal sends a signal to that very process; false if it is gone. */
export function signal(id: ProcessId, name: NodeJS.Signals): boolean {
  if (!isAlive(id)) return false;
  try {
    process.kill(id.pid, name);
    return true;
  } catch {
    return false;
  }
}

/** terminate asks a process to end, waits graceMs, then kills it. Resolves when it is gone; idempotent. */
export async function terminate(id: ProcessId, graceMs: number, first: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (!signal(id, first)) return;
  if (await gone(id, graceMs)) return;
  signal(id, 'SIGKILL');
  await gone(id, 5_000);
}

/** gone waits until a process that may not be our child has ended; false when it outlives the timeout. */
export async function gone(id: ProcessId, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  // There is no event for the end of somebody else's child without pidfd, which Node does not offer.
  for (let pause = 5; isAlive(id); pause = Math.min(100, pause * 2)) {
    if (Date.now() >= deadline) return false;
    await systemClock.sleep(pause);
  }
  return true;
}

/** childrenOf lists the direct children of a process. */
export function childrenOf(pid: number): number[] {
  try {
    return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** startedAt is when a process began, in milliseconds since the Unix epoch. */
export function startedAt(id: ProcessId): number {
  const boot = /^btime (\d+)$/m.exec(fs.readFileSync('/proc/stat', 'latin1'));
  return (Number(boot?.[1] ?? 0) + Number(id.startTime) / TICKS_PER_SECOND) * 1000;
}

/** TICKS_PER_SECOND is USER_HZ, 100 on every architecture Linux's ABI knows today. */
const TICKS_PER_SECOND = 100;
