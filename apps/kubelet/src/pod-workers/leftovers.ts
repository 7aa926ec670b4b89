import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { PodCgroups } from '../cgroups/pod-cgroups';
import type { KubeletDeps } from '../options';
import type { VolumeManager } from '../volumes/volume-manager';

/** uidOfLogDirectory is the pod's uid in `<namespace>_<name>_<uid>`; undefined for another name. */
export function uidOfLogDirectory(name: string): string | undefined {
  return /^[^_]+_[^_]+_([^_]+)$/.exec(name)?.[1];
}

/** Leftovers removes what pods left on the node that ended while no kubelet was there to see it: volumes, cgroups, logs. */
export class Leftovers {
  constructor(
    private readonly deps: Pick<KubeletDeps, 'options' | 'log'>,
    private readonly volumes: VolumeManager,
    private readonly cgroups: PodCgroups,
  ) {}

  /** remove removes what belongs to no pod that `known` knows. Call it when all pods are known. */
  async remove(known: (uid: string) => boolean): Promise<void> {
    const { options, log } = this.deps;
    try {
      for (const uid of await this.volumes.uids()) if (!known(uid)) await this.volumes.tearDown(uid);
      for (const uid of await this.cgroups.uids()) if (!known(uid)) await this.cgroups.remove(uid);
      for (const name of await readdir(options.podLogsDir).catch(() => [])) {
        const uid = uidOfLogDirectory(name);
        if (uid && !known(uid)) await rm(path.join(options.podLogsDir, name), { recursive: true, force: true });
      }
    } catch (error) {
      log.warn('Cannot remove what earlier pods have left', { err: String(error) });
    }
  }
}
