import { readdir, readlink, rm } from 'node:fs/promises';
import path from 'node:path';
import type { corev1 } from '@navarch/api';
import { isGone } from '@navarch/cri';
import type { KubeletDeps } from '../options';
import { graceOf, type ContainerKiller } from '../runtime/container-killer';
import { isSidecar } from '../runtime/plan';
import { hasExited, isRunning, nameOf, podIpsOf, type RuntimePod } from '../runtime/runtime-pod';
import { podLogDirectory } from '../runtime/sandbox-config';

/** KEPT_ENDED is how many ended containers of a name stay, for their logs and last state. */
const KEPT_ENDED = 1;

/** PodStopper stops and removes what the runtime has of a pod. */
export class PodStopper {
  constructor(
    private readonly deps: Pick<KubeletDeps, 'runtime' | 'options' | 'log' | 'clock'>,
    private readonly killer: ContainerKiller,
  ) {}

  /**
   * stop stops the containers (main ones together, then sidecars from last to first) and then the sandboxes. graceSeconds
   * overrides each container's own. Idempotent; called again with a shorter grace while it runs, it hastens.
   */
  async stop(pod: corev1.Pod, current: RuntimePod, graceSeconds: number | undefined): Promise<void> {
    const specs = new Map([...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map(c => [c.name, c]));
    const sidecars = (pod.spec?.initContainers ?? []).filter(isSidecar).map(c => c.name);
    const ip = podIpsOf(current)[0] ?? '';
    const begun = this.deps.clock.now();
    const kill = (container: RuntimePod['containers'][number]) => {
      const own = graceSeconds ?? graceOf(pod, container);
      const used = Math.floor((this.deps.clock.now() - begun) / 1000);
      const grace = own > 0 ? Math.max(Math.min(own, 2), own - used) : 0;
      return this.killer.kill(pod, container, specs.get(nameOf(container)), ip, grace);
    };
    const running = current.containers.filter(isRunning);
    await Promise.all(running.filter(c => !sidecars.includes(nameOf(c))).map(kill));
    for (const name of [...sidecars].reverse()) await Promise.all(running.filter(c => nameOf(c) === name).map(kill));
    await Promise.all(
      current.sandboxes.map(({ id }) =>
        this.deps.runtime.stopPodSandbox(id).catch((error: unknown) => {
          if (!isGone(error)) throw error;
        }),
      ),
    );
  }

  /** collect removes what a living pod does not need any more: older ended containers with their logs, and dead sandboxes without containers. */
  async collect(pod: corev1.Pod, current: RuntimePod): Promise<void> {
    const { runtime, log } = this.deps;
    const kept = new Map<string, number>();
    const dispensable = current.containers.filter((container, i) => {
      const name = nameOf(container);
      if (!hasExited(container)) return false;
      const newest = current.containers.findIndex(c => nameOf(c) === name) === i;
      const count = (kept.get(name) ?? 0) + (newest ? 0 : 1);
      kept.set(name, count);
      return count > KEPT_ENDED;
    });
    const used = new Set(current.containers.filter(c => !dispensable.includes(c)).map(c => c.podSandboxId));
    const dead = current.sandboxes
      .slice(1)
      .filter(sandbox => sandbox.state === 'SANDBOX_NOTREADY' && !used.has(sandbox.id));
    try {
      for (const container of dispensable) {
        await runtime.removeContainer(container.id);
        if (container.logPath) await rm(container.logPath, { force: true });
      }
      for (const { id } of dead) await runtime.removePodSandbox(id);
    } catch (error) {
      log.warn('Cannot remove an ended container', { pod: pod.metadata?.name, err: String(error) });
    }
  }

  /** remove takes everything of a stopped pod out of the runtime, with its logs. Idempotent. */
  async remove(current: RuntimePod): Promise<void> {
    const { runtime, options } = this.deps;
    for (const { id } of current.sandboxes) {
      await runtime.removePodSandbox(id).catch((error: unknown) => {
        if (!isGone(error)) throw error;
      });
    }
    for (const { id } of current.containers) {
      await runtime.removeContainer(id).catch((error: unknown) => {
        if (!isGone(error)) throw error;
      });
    }
    const logs = podLogDirectory(options.podLogsDir, current);
    await rm(logs, { recursive: true, force: true });
    await this.removeLinks(logs);
  }

  private async removeLinks(logs: string): Promise<void> {
    const { containerLogsDir } = this.deps.options;
    if (!containerLogsDir) return;
    for (const name of await readdir(containerLogsDir).catch(() => [])) {
      const link = path.join(containerLogsDir, name);
      const target = await readlink(link).catch(() => '');
      if (target.startsWith(`${logs}/`)) await rm(link, { force: true });
    }
  }
}
