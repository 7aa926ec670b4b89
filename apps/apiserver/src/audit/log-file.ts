import { describe, type Clock, type Logger } from '@navarch/base';
import fs from 'node:fs';
import path from 'node:path';
import type { Writable } from 'node:stream';
import type { AuditBackend } from './audit';

/** MAX_WAITING_BYTES bounds what waits for the disk; lines past it are dropped, and how many is logged. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
const DAY_MS = 86_400_000;

/** LogFileOptions say where the log is and what of it stays; 0 sets no bound. */
export interface LogFileOptions {
  /** path of the file; `-` is standard output. */
  readonly path: string;
  /** maxBytes of a file: past it, it is put aside under a name with the time. */
  readonly maxBytes: number;
  readonly maxBackups: number;
  readonly maxAgeDays: number;
}

/** LogFile appends a line of JSON for each event. It never blocks a request. */
export class LogFile implements AuditBackend {
  private out: Writable;
  private size = 0;
  private dropped = 0;

  constructor(
    private readonly options: LogFileOptions,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    this.out = this.open();
  }

  take(event: object): void {
    if (this.out.writableLength > MAX_WAITING_BYTES) {
      this.dropped++;
      return;
    }
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    const { maxBytes } = this.options;
    if (maxBytes && this.size && this.size + line.length > maxBytes) this.rotate();
    this.size += line.length;
    this.out.write(line);
  }

  async stop(): Promise<void> {
    this.report();
    if (this.out === process.stdout) return;
    await new Promise<void>(resolve => this.out.end(resolve));
  }

  private open(): Writable {
    const file = this.options.path;
    if (file === '-') return process.stdout;
    this.size = fs.existsSync(file) ? fs.statSync(file).size : 0;
    const out = fs.createWriteStream(file, { fd: fs.openSync(file, 'a', 0o600) });
    out.on('error', error => this.log.error('Writing the audit log failed', error));
    out.on('drain', () => this.report());
    return out;
  }

  /** rotate puts the file aside; what still waits for the disk goes where the file went. */
  private rotate(): void {
    if (this.out === process.stdout) return;
    try {
      fs.renameSync(this.options.path, backupName(this.options.path, this.clock.now()));
      this.out.end();
      this.out = this.open();
      for (const name of this.outdated()) fs.rmSync(name);
    } catch (error) {
      this.log.error('Rotating the audit log failed', undefined, { err: describe(error) });
      // Not at each line again.
      this.size = 0;
    }
  }

  private outdated(): string[] {
    const { path: file, maxBackups, maxAgeDays } = this.options;
    const folder = path.dirname(file);
    const names = fs.readdirSync(folder).filter(name => timeOfBackup(path.basename(file), name) !== undefined);
    return outdatedBackups(path.basename(file), names, { maxBackups, maxAgeDays }, this.clock.now()).map(name =>
      path.join(folder, name),
    );
  }

  private report(): void {
    if (!this.dropped) return;
    this.log.error('The disk was too slow for the audit log: lines were dropped', undefined, { dropped: this.dropped });
    this.dropped = 0;
  }
}

/** backupName is the name of a file that is put aside: `audit-2024-01-02T03-04-05.000.log`. Pure. */
export function backupName(file: string, nowMs: number): string {
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}-${new Date(nowMs).toISOString().slice(0, -1).replaceAll(':', '-')}${ext}`);
}

/** timeOfBackup is when a file was put aside; undefined if it is no backup of that log. Pure. */
export function timeOfBackup(file: string, candidate: string): number | undefined {
  const { name, ext } = path.parse(file);
  if (!candidate.startsWith(`${name}-`) || !candidate.endsWith(ext)) return undefined;
  const stamp = candidate.slice(name.length + 1, candidate.length - ext.length);
  const parts = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d\.\d{3})$/.exec(stamp);
  const time = parts ? Date.parse(`${parts[1]}:${parts[2]}:${parts[3]}Z`) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** outdatedBackups are those that are too many or too old. Pure. */
export function outdatedBackups(
  file: string,
  names: readonly string[],
  { maxBackups, maxAgeDays }: { maxBackups: number; maxAgeDays: number },
  nowMs: number,
): string[] {
  const age = (name: string) => nowMs - (timeOfBackup(file, name) ?? nowMs);
  return [...names]
    .sort((a, b) => age(a) - age(b))
    .filter((name, i) => (maxBackups && i >= maxBackups) || (maxAgeDays && age(name) > maxAgeDays * DAY_MS));
}
