import { constants, lstat, mkdir, open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { VolumeError } from './payload';

/**
 * subPathOf is the host path of a subPath within a volume: made as a directory if nothing is there, with the mode of the volume, so that who
 * may write there may write here. Links may not lead out of the volume. Throws VolumeError.
 */
export async function subPathOf(volume: string, subPath: string): Promise<string> {
  if (path.isAbsolute(subPath) || subPath.split('/').includes('..'))
    throw new VolumeError(`subPath must be relative and without "..": ${subPath}`);
  const root = await realpath(volume);
  const mode = (await stat(root)).mode & 0o7777;
  let at = root;
  for (const name of subPath.split('/').filter(Boolean)) {
    const next = path.join(at, name);
    const found = await lstat(next).catch(() => undefined);
    if (!found) await makeDirectory(next, mode);
    at = await realpath(next);
    if (at !== root && !at.startsWith(`${root}/`)) throw new VolumeError(`subPath ${subPath} leads out of its volume`);
  }
  return at;
}

/** makeDirectory: the umask has no say in the mode, and a link that a container puts in the directory's place meanwhile is not followed. */
async function makeDirectory(directory: string, mode: number): Promise<void> {
  await mkdir(directory);
  const made = await open(directory, constants.O_DIRECTORY | constants.O_NOFOLLOW);
  await made.chmod(mode).finally(() => made.close());
}
