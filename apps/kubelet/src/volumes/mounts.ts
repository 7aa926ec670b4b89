import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** mountPoints are the places where something is mounted in this process's mount namespace, outermost first. */
export async function mountPoints(): Promise<readonly string[]> {
  const table = await readFile('/proc/self/mounts', 'utf8').catch(() => '');
  return table
    .split('\n')
    .map(line =>
      (line.split(' ')[1] ?? '').replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
    )
    .filter(Boolean);
}

/** mountTmpfs mounts memory at a directory, at most sizeBytes of it if given. Idempotent. */
export async function mountTmpfs(directory: string, sizeBytes?: number): Promise<void> {
  if ((await mountPoints()).includes(directory)) return;
  const options = ['mode=0777', ...(sizeBytes ? [`size=${sizeBytes}`] : [])].join(',');
  await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]);
}

/** unmountBelow unmounts what is mounted at or below a directory, innermost first. */
export async function unmountBelow(directory: string): Promise<void> {
  const below = (await mountPoints()).filter(at => at === directory || at.startsWith(`${directory}/`));
  for (const at of [...below].reverse()) await run('umount', [at]).catch(() => run('umount', ['-l', at]));
}
