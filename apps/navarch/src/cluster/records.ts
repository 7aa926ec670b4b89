import type { ProcessId } from '../process/proc';
import { isAlive } from '../process/proc';
import fs from 'node:fs';
import path from 'node:path';

/** Records is what a cluster has on this machine outside its state folder: what `down` takes away, whoever started it. */
export interface Records {
  supervisor?: ProcessId;
  /** processes by component name. */
  processes: Record<string, ProcessId>;
  /** hosts by node name: the host's PID 1, seen from the machine. */
  hosts: Record<string, ProcessId>;
  /** namespaces are named network namespaces. */
  namespaces: string[];
  /** links are network interfaces on the machine. */
  links: string[];
  /** cgroups are folders below each cgroup hierarchy. */
  cgroups: string[];
  /** firewall: the node's rules and chains are on the machine itself (--on-host). */
  firewall?: boolean;
  /** nat: the source range whose masquerading was added to the machine's firewall, and what ip_forward was before. */
  nat?: { readonly source: string; readonly forwardBefore: string };
}

/** noRecords is the state of a cluster that is down. */
export function noRecords(): Records {
  return { processes: {}, hosts: {}, namespaces: [], links: [], cgroups: [] };
}

/** RecordFile keeps Records on disk: each change is written (by rename) before what it tells of is started. */
export class RecordFile {
  readonly records: Records;

  constructor(private readonly file: string) {
    this.records = readRecords(file) ?? noRecords();
  }

  change(fn: (records: Records) => void): void {
    fn(this.records);
    writeFileAtomic(this.file, `${JSON.stringify(this.records, null, 2)}\n`);
  }
}

/** readRecords reads them; undefined when the cluster is down. */
export function readRecords(file: string): Records | undefined {
  try {
    return { ...noRecords(), ...(JSON.parse(fs.readFileSync(file, 'utf8')) as Records) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** supervisorAlive tells whether the recorded supervisor runs. */
export function supervisorAlive(records: Records | undefined): boolean {
  return records?.supervisor !== undefined && isAlive(records.supervisor);
}

/** writeFileAtomic writes a file so that a reader sees the old content or the new. */
export function writeFileAtomic(file: string, content: string | Buffer, mode = 0o600): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const next = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(next, content, { mode });
  fs.renameSync(next, file);
}
