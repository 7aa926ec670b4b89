import { describe, type Clock, type Logger } from '@navarch/base';
import fs from 'node:fs';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { AuditEvent } from './event';
import type { AuditWriter } from './modes';

/** MAX_WAITING_BYTES bounds what waits for the disk; what comes then is not taken. */
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
  /** compress files that are put aside. */
  readonly compress: boolean;
  /** line shows an event, without a line's end. */
  readonly line: (event: AuditEvent) => string;
}

/** LogFile appends a line for each event. */
export class LogFile implements AuditWriter {
  private out: Writable;
  private size = 0;
  /** tidying is what is done with the files that were put aside, one after the other. */
  private tidying: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: LogFileOptions,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    this.out = this.open();
  }

  write(events: readonly AuditEvent[]): Promise<void> {
    if (this.out.writableLength > MAX_WAITING_BYTES) return Promise.reject(new Error('the disk is too slow'));
    return Promise.all(events.map(event => this.append(event))).then(() => undefined);
  }

  async stop(): Promise<void> {
    if (this.out === process.stdout) return;
    await new Promise<void>(resolve => this.out.end(resolve));
    await this.tidying;
  }

  private append(event: AuditEvent): Promise<void> {
    const line = Buffer.from(`${this.options.line(event)}\n`);
    const { maxBytes } = this.options;
    // A disk that was full may have room again.
    if (this.out.destroyed) this.out = this.open();
    if (maxBytes && this.size && this.size + line.length > maxBytes) this.rotate();
    this.size += line.length;
    return new Promise((resolve, reject) => this.out.write(line, error => (error ? reject(error) : resolve())));
  }

  private open(): Writable {
    const file = this.options.path;
    if (file === '-') return process.stdout;
    this.size = fs.existsSync(file) ? fs.statSync(file).size : 0;
    const out = fs.createWriteStream(file, { fd: fs.openSync(file, 'a', 0o600) });
    out.on('error', error => this.log.error('Writing the audit log failed', error));
    return out;
  }

  /** rotate puts the file aside; what still waits for the disk goes where the file went. */
  private rotate(): void {
    if (this.out === process.stdout) return;
    try {
      const backup = backupName(this.options.path, this.clock.now());
      fs.renameSync(this.options.path, backup);
      const written = this.close();
      this.out = this.open();
      this.tidying = this.tidying.then(() => written).then(() => this.tidy(backup));
    } catch (error) {
      this.failed(error);
      // Not at each line again.
      this.size = 0;
    }
  }

  private close(): Promise<void> {
    const { out } = this;
    return new Promise(resolve => out.once('close', resolve).end());
  }

  private async tidy(backup: string): Promise<void> {
    try {
      if (this.options.compress) await compress(backup);
      for (const name of this.outdated()) fs.rmSync(name);
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    this.log.error('Rotating the audit log failed', undefined, { err: describe(error) });
  }

  private outdated(): string[] {
    const { path: file, maxBackups, maxAgeDays } = this.options;
    const folder = path.dirname(file);
    const names = fs.readdirSync(folder).filter(name => timeOfBackup(path.basename(file), name) !== undefined);
    return outdatedBackups(path.basename(file), names, { maxBackups, maxAgeDays }, this.clock.now()).map(name =>
      path.join(folder, name),
    );
  }
}

/** compress puts a file aside once more, as FILE.gz. */
async function compress(file: string): Promise<void> {
  const packed = fs.createWriteStream(`${file}.gz`, { mode: 0o600 });
  await pipeline(fs.createReadStream(file), createGzip(), packed);
  fs.rmSync(file);
}

/** backupName is the name of a file that is put aside: `audit-2024-01-02T03-04-05.000.log`. Pure. */
export function backupName(file: string, nowMs: number): string {
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}-${new Date(nowMs).toISOString().slice(0, -1).replaceAll(':', '-')}${ext}`);
}

/** timeOfBackup is when a file was put aside; undefined if it is no backup of that log. Pure. */
export function timeOfBackup(file: string, candidate: string): number | undefined {
  const { name, ext: end } = path.parse(file);
  const ext = candidate.endsWith('.gz') ? `${end}.gz` : end;
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
