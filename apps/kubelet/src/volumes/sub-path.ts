import { lstat, mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { VolumeError } from './payload';

/**
 * subPathOf is the host path of a subPath within a volume: made as a directory if nothing is there. Links may not lead out of the volume.
 * Throws VolumeError.
 */
export async function subPathOf(volume: string, subPath: string): Promise<string> {
  if (path.isAbsolute(subPath) || subPath.split('/').includes('..'))
    throw new VolumeError(`subPath must be relative and without "..": ${subPath}`);
  const root = await realpath(volume);
  let at = root;
  for (const name of subPath.split('/').filter(Boolean)) {
    const next = path.join(at, name);
    const found = await lstat(next).catch(() => undefined);
    if (!found) await mkdir(next, { mode: 0o750 });
    at = await realpath(next);
    if (at !== root && !at.startsWith(`${root}/`)) throw new VolumeError(`subPath ${subPath} leads out of its volume`);
  }
  return at;
}
