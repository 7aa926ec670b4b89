import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { KubeletDeps } from '../options';

const PERIOD_MS = 10_000;

/** rotatedName is what a full log is renamed to: `<n>.log.20240102-030405`. */
export function rotatedName(log: string, now: number): string {
  const iso = new Date(now).toISOString();
  return `${log}.${iso.slice(0, 10).replaceAll('-', '')}-${iso.slice(11, 19).replaceAll(':', '')}`;
}

/** rotationsToRemove are the oldest rotated logs, if there are more than `keep` of them. Names sort by time. Pure. */
export function rotationsToRemove(names: readonly string[], keep: number): readonly string[] {
  return [...names].sort().slice(0, Math.max(0, names.length - keep));
}

/** LogRotator keeps running containers' logs below --container-log-max-size: renames, compresses the older, keeps --container-log-max-files. */
export class LogRotator {
  constructor(private readonly deps: Pick<KubeletDeps, 'runtime' | 'clock' | 'log' | 'options'>) {}

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.deps;
    while (!signal.aborted) {
      await clock.sleep(PERIOD_MS, signal).catch(() => undefined);
      if (!signal.aborted)
        await this.rotateAll().catch((error: unknown) => log.warn('Log rotation failed', { err: String(error) }));
    }
  }

  private async rotateAll(): Promise<void> {
    const { runtime, options } = this.deps;
    for (const { id } of await runtime.listContainers({ state: 'CONTAINER_RUNNING' })) {
      const status = await runtime.containerStatus(id).catch(() => undefined);
      const size = status?.logPath ? await stat(status.logPath).catch(() => undefined) : undefined;
      if (size && size.size >= options.logMaxBytes) await this.rotate(status!.logPath, id);
    }
  }

  /** rotate renames the log and has the runtime begin a new one; if that fails, the old name comes back. */
  async rotate(log: string, containerId: string): Promise<void> {
    const { runtime, clock, options } = this.deps;
    const directory = path.dirname(log);
    const prefix = `${path.basename(log)}.`;
    const rotations = (await readdir(directory)).filter(name => name.startsWith(prefix));
    for (const name of rotations) if (!name.endsWith('.gz')) await compress(path.join(directory, name));
    const compressed = (await readdir(directory)).filter(name => name.startsWith(prefix));
    // The log itself and the rotation to come count, too.
    for (const name of rotationsToRemove(compressed, Math.max(0, options.logMaxFiles - 2)))
      await rm(path.join(directory, name), { force: true });
    const renamed = rotatedName(log, clock.now());
    await rename(log, renamed);
    await runtime.reopenContainerLog(containerId).catch(async (error: unknown) => {
      await rename(renamed, log);
      throw error;
    });
  }
}

async function compress(file: string): Promise<void> {
  const staged = `${file}.tmp`;
  await pipeline(createReadStream(file), createGzip(), createWriteStream(staged));
  await rename(staged, `${file}.gz`);
  await rm(file);
}
