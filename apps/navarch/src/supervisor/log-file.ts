import fs from 'node:fs';
import path from 'node:path';

/** MAX_LOG_BYTES is the size at which a log begins anew; one older part is kept beside it as NAME.log.1. */
export const MAX_LOG_BYTES = 20 * 1024 * 1024;

/** openLog opens a component's log for appending; the descriptor is for the child's stdout and stderr. */
export function openLog(file: string): number {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o750 });
  return fs.openSync(file, 'a', 0o640);
}

/**
 * rotateLog copies a log that has grown past the limit aside and empties it. The component goes on writing to the same file
 * (it was opened for appending), so it needs no signal and survives the supervisor. Lines written in between may be lost.
 */
export function rotateLog(file: string, limit = MAX_LOG_BYTES): boolean {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size < limit) return false;
  fs.copyFileSync(file, `${file}.1`);
  fs.truncateSync(file, 0);
  return true;
}

/** lastLines reads the last lines of a log, without reading all of it. */
export function lastLines(file: string, count: number): string {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const length = Math.min(size, Math.max(64 * 1024, count * 400));
  if (!length || count <= 0) return '';
  const handle = fs.openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(length);
    const read = fs.readSync(handle, buffer, 0, length, size - length);
    const lines = buffer.toString('utf8', 0, read).replace(/\n$/, '').split('\n');
    return `${lines.slice(-count).join('\n')}\n`;
  } finally {
    fs.closeSync(handle);
  }
}
