import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { corev1 } from '@navarch/api';
import { VolumeError } from './payload';

/** prepareHostPath checks the path against its type, and makes what the type says is made. */
export async function prepareHostPath({ path: at, type = '' }: corev1.HostPathVolumeSource): Promise<void> {
  const found = await stat(at).catch(() => undefined);
  const wrong = (what: string) => new VolumeError(`hostPath type check failed: ${at} is not ${what}`);
  switch (type) {
    case '':
      return;
    case 'DirectoryOrCreate':
      if (!found) await mkdir(at, { recursive: true, mode: 0o755 });
      else if (!found.isDirectory()) throw wrong('a directory');
      return;
    case 'Directory':
      if (!found?.isDirectory()) throw wrong('a directory');
      return;
    case 'FileOrCreate':
      if (!found) {
        await mkdir(path.dirname(at), { recursive: true });
        await writeFile(at, '', { mode: 0o644, flag: 'a' });
      } else if (!found.isFile()) throw wrong('a file');
      return;
    case 'File':
      if (!found?.isFile()) throw wrong('a file');
      return;
    case 'Socket':
      if (!found?.isSocket()) throw wrong('a socket');
      return;
    case 'CharDevice':
      if (!found?.isCharacterDevice()) throw wrong('a character device');
      return;
    case 'BlockDevice':
      if (!found?.isBlockDevice()) throw wrong('a block device');
      return;
    default:
      throw new VolumeError(`${type} is an invalid volume type`);
  }
}
