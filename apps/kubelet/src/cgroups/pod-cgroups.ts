import { mkdir, readFile, readdir, rmdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { corev1 } from '@navarch/api';
import type { Logger } from '@navarch/base';
import { podCgroup } from '../resources/linux-resources';
import { qosClass } from '../resources/pod-resources';
import { podCgroupPath, podCgroupWrites } from './cgroup-files';

/** PodCgroups makes and removes the cgroups that pods' containers live in. */
export interface PodCgroups {
  /** parent is the pod's cgroup, as the runtime is told it; '' leaves the choice to the runtime. */
  parent(pod: corev1.Pod): string;
  /** ensure creates it with the pod's limits. Idempotent. */
  ensure(pod: corev1.Pod): Promise<void>;
  /** remove takes it away once nothing runs in it. Idempotent. */
  remove(podUid: string): Promise<void>;
  /** uids are the pods that have one, wanted or not. */
  uids(): Promise<readonly string[]>;
}

/** noCgroups is for machines where cgroups cannot be written: containers then live where the runtime puts them. */
export const noCgroups: PodCgroups = {
  parent: () => '',
  ensure: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  uids: () => Promise.resolve([]),
};

const MOUNT = '/sys/fs/cgroup';
const CLASSES = ['Guaranteed', 'Burstable', 'BestEffort'] as const;

/** openPodCgroups finds the machine's cgroup layout; noCgroups if it cannot be written. */
export async function openPodCgroups(root: string, log: Logger, mount = MOUNT): Promise<PodCgroups> {
  try {
    const unified = await exists(path.join(mount, 'cgroup.controllers'));
    const hierarchies = unified ? [''] : await v1Hierarchies(mount);
    if (!hierarchies.length) throw new Error(`no cgroup hierarchy at ${mount}`);
    const cgroups = new CgroupTree(mount, root, unified ? 'v2' : 'v1', hierarchies, log);
    await cgroups.prepare();
    return cgroups;
  } catch (error) {
    log.warn('Pods get no cgroup of their own: the cgroup hierarchy cannot be written', { err: String(error) });
    return noCgroups;
  }
}

async function v1Hierarchies(mount: string): Promise<string[]> {
  const entries = await readdir(mount, { withFileTypes: true });
  const all = entries.filter(entry => entry.isDirectory()).map(entry => entry.name);
  const real = await Promise.all(all.map(name => exists(path.join(mount, name, 'cgroup.procs'))));
  return all.filter((_, i) => real[i]);
}

class CgroupTree implements PodCgroups {
  constructor(
    private readonly mount: string,
    private readonly root: string,
    private readonly version: 'v1' | 'v2',
    private readonly hierarchies: readonly string[],
    private readonly log: Logger,
  ) {}

  async prepare(): Promise<void> {
    for (const qos of CLASSES) await this.create(path.dirname(podCgroupPath(this.root, qos, '')));
  }

  parent(pod: corev1.Pod): string {
    return podCgroupPath(this.root, qosClass(pod.spec!), pod.metadata?.uid ?? '');
  }

  async ensure(pod: corev1.Pod): Promise<void> {
    const parent = this.parent(pod);
    await this.create(parent);
    for (const { controller, file, value } of podCgroupWrites(this.version, podCgroup(pod.spec!))) {
      if (this.version === 'v1' && !this.hierarchies.includes(controller)) continue;
      await writeFile(path.join(this.mount, controller, parent, file), value);
    }
  }

  private async create(cgroup: string): Promise<void> {
    const names = cgroup.split('/').filter(Boolean);
    for (const hierarchy of this.hierarchies) {
      let at = path.join(this.mount, hierarchy);
      for (const name of names) {
        if (this.version === 'v2') await this.delegate(at);
        const parent = at;
        at = path.join(at, name);
        await mkdir(at, { recursive: true });
        if (hierarchy === 'cpuset') await this.inheritCpuset(parent, at);
      }
    }
  }

  /** delegate lets children have the controllers too (v2). */
  private async delegate(at: string): Promise<void> {
    const controllers = (await readFile(path.join(at, 'cgroup.controllers'), 'utf8'))
      .trim()
      .split(/\s+/)
      .filter(Boolean);
    await writeFile(path.join(at, 'cgroup.subtree_control'), controllers.map(name => `+${name}`).join(' '));
  }

  /** inheritCpuset: a v1 cpuset starts empty, and takes no process before it is filled. */
  private async inheritCpuset(parent: string, child: string): Promise<void> {
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      const own = (await readFile(path.join(child, file), 'utf8').catch(() => 'none')).trim();
      if (own === '') await writeFile(path.join(child, file), await readFile(path.join(parent, file), 'utf8'));
    }
  }

  async remove(podUid: string): Promise<void> {
    for (const qos of CLASSES) {
      const cgroup = podCgroupPath(this.root, qos, podUid);
      for (const hierarchy of this.hierarchies) await removeTree(path.join(this.mount, hierarchy, cgroup), this.log);
    }
  }

  async uids(): Promise<readonly string[]> {
    const found = new Set<string>();
    for (const qos of CLASSES) {
      const parent = path.dirname(podCgroupPath(this.root, qos, ''));
      for (const hierarchy of this.hierarchies) {
        const names = await readdir(path.join(this.mount, hierarchy, parent)).catch(() => []);
        for (const name of names) if (/^pod[0-9a-z-]+$/i.test(name)) found.add(name.slice(3));
      }
    }
    return [...found];
  }
}

/** removeTree removes a cgroup and those below it; one that is still busy is left, and said so. */
async function removeTree(directory: string, log: Logger): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(path.join(directory, entry.name), log);
  await rmdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') log.warn('Cannot remove a cgroup', { cgroup: directory, err: error.message });
  });
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
