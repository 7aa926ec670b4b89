import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';

const BLOCK = 512;

/** diskUse is how many bytes of disk a directory's files take; links are not followed. What vanishes meanwhile counts nothing. */
export async function diskUse(directory: string): Promise<number> {
  let total = 0;
  const pending = [directory];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const entry of await readdir(at, { withFileTypes: true }).catch(() => [])) {
      const file = path.join(at, entry.name);
      const found = await lstat(file).catch(() => undefined);
      total += (found?.blocks ?? 0) * BLOCK;
      if (entry.isDirectory()) pending.push(file);
    }
  }
  return total;
}
