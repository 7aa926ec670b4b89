import { watch } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { parseLogLine, type LogLine } from './cri-log';

/** LogOptions are those of pods/log. Times are milliseconds since the epoch. */
export interface LogOptions {
  readonly follow: boolean;
  /** tailLines: only so many from the end; undefined for all. */
  readonly tailLines?: number;
  readonly since?: number;
  readonly timestamps: boolean;
  readonly limitBytes?: number;
  readonly stream?: 'stdout' | 'stderr';
}

/** LogWriter takes the log's bytes; it resolves when more may come, with false when nobody wants more. */
export type LogWriter = (chunk: Buffer) => Promise<boolean>;

/** FollowedContainer tells a follower when the container has ended. */
export interface FollowedContainer {
  /** ended: the container has stopped and its log is complete. */
  ended(): Promise<boolean>;
  /** onChange calls back when the container may have ended. */
  onChange(listener: () => void): Disposable;
}

const CHUNK = 64 << 10;
const NEWLINE = 0x0a;
const MAX_LINE = 1 << 20;

/**
 * readLog writes a container's log file to `write`, and (follow) what is added until the container has ended, through rotation: when the
 * file is replaced, the rest of the old one comes first. It resolves at the end, when nobody wants more, or when signal aborts.
 */
export async function readLog(
  file: string,
  options: LogOptions,
  write: LogWriter,
  container: FollowedContainer | undefined,
  signal: AbortSignal,
): Promise<void> {
  let handle = await open(file, 'r');
  const formatter = new Formatter(options);
  let position = options.tailLines === undefined ? 0 : await tailPosition(handle, options.tailLines);
  const waker = options.follow ? new FileWaker(file, container, signal) : undefined;
  try {
    while (!signal.aborted) {
      const ended = !options.follow || (await container?.ended()) === true;
      const read = await readOn(handle, position, formatter, write, signal);
      position = read.position;
      if (read.done) return;
      const replaced = await replacement(file, handle);
      if (replaced) {
        await handle.close();
        handle = await open(file, 'r');
        position = 0;
        continue;
      }
      if (ended) return;
      await waker?.wait();
    }
  } finally {
    waker?.close();
    await handle.close();
  }
}

async function readOn(
  handle: FileHandle,
  from: number,
  formatter: Formatter,
  write: LogWriter,
  signal: AbortSignal,
): Promise<{ position: number; done: boolean }> {
  let position = from;
  let rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  const chunk = Buffer.alloc(CHUNK);
  while (!signal.aborted) {
    const { bytesRead } = await handle.read(chunk, 0, CHUNK, position + rest.length);
    if (bytesRead === 0) return { position, done: false };
    const data = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    const end = data.lastIndexOf(NEWLINE) + 1;
    if (end === 0 && data.length < MAX_LINE) {
      rest = data;
      continue;
    }
    const usable = end === 0 ? data.length : end;
    const out = formatter.format(data.subarray(0, usable));
    position += usable;
    rest = data.subarray(usable);
    if (out.length && !(await write(out))) return { position, done: true };
    if (formatter.full) return { position, done: true };
  }
  return { position, done: true };
}

/** Formatter turns entries of the file into what the reader sees. */
class Formatter {
  private left: number;

  constructor(private readonly options: LogOptions) {
    this.left = options.limitBytes ?? Infinity;
  }

  get full(): boolean {
    return this.left <= 0;
  }

  format(entries: Buffer): Buffer {
    const parts: Buffer[] = [];
    for (let start = 0; start < entries.length && !this.full;) {
      const newline = entries.indexOf(NEWLINE, start);
      const end = newline < 0 ? entries.length : newline;
      const line = parseLogLine(entries.subarray(start, end));
      if (line && this.wanted(line)) this.add(parts, line);
      start = end + 1;
    }
    return Buffer.concat(parts);
  }

  private wanted(line: LogLine): boolean {
    const { since, stream } = this.options;
    return (since === undefined || Date.parse(line.time) >= since) && (stream === undefined || line.stream === stream);
  }

  private partial = false;
  private add(parts: Buffer[], line: LogLine): void {
    const stamp = this.options.timestamps && !this.partial ? Buffer.from(`${line.time} `) : Buffer.alloc(0);
    this.partial = line.partial;
    for (const piece of [stamp, line.content]) {
      const kept = piece.subarray(0, Math.min(piece.length, this.left));
      this.left -= kept.length;
      parts.push(kept);
    }
  }
}

/** tailPosition is where the last `lines` lines of a file begin. */
export async function tailPosition(handle: FileHandle, lines: number): Promise<number> {
  const { size } = await handle.stat();
  if (lines === 0) return size;
  let found = 0;
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - CHUNK);
    const { buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
    for (let i = buffer.length - 1; i >= 0; i--) {
      if (buffer[i] !== NEWLINE || start + i === size - 1) continue;
      if (++found === lines) return start + i + 1;
    }
    end = start;
  }
  return 0;
}

/** replacement: the name now stands for another file than the handle. */
async function replacement(file: string, handle: FileHandle): Promise<boolean> {
  const now = await stat(file).catch(() => undefined);
  return now !== undefined && now.ino !== (await handle.stat()).ino;
}

/** FileWaker waits for the next change of a file, its rotation, or its container's end. Changes before the wait count. */
class FileWaker {
  private changed = false;
  private resolve: (() => void) | undefined;
  private readonly watchers: { close(): void }[] = [];
  private readonly registration: Disposable | undefined;

  constructor(
    file: string,
    container: FollowedContainer | undefined,
    private readonly signal: AbortSignal,
  ) {
    const name = path.basename(file);
    const watcher = watch(path.dirname(file), (_, changed) => {
      if (changed === null || changed === name) this.wake();
    });
    watcher.on('error', this.wake);
    this.watchers.push(watcher);
    this.registration = container?.onChange(this.wake);
    signal.addEventListener('abort', this.wake, { once: true });
  }

  private readonly wake = () => {
    this.changed = true;
    this.resolve?.();
  };

  async wait(): Promise<void> {
    if (!this.changed && !this.signal.aborted) await new Promise<void>(resolve => (this.resolve = resolve));
    this.changed = false;
    this.resolve = undefined;
  }

  close(): void {
    for (const watcher of this.watchers) watcher.close();
    this.registration?.[Symbol.dispose]();
    this.signal.removeEventListener('abort', this.wake);
  }
}
