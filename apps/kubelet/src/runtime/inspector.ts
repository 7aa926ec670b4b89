import type { Clock } from '@navarch/base';
import { isGone, type Container, type ContainerStatus, type CriRuntime, type PodSandboxStatus } from '@navarch/cri';
import { POD_NAME, POD_NAMESPACE, POD_UID } from './labels';
import { hasExited, type RuntimeContainer, type RuntimePod } from './runtime-pod';
import { terminationMessage } from './termination-message';

/** SEEN_EXIT_WAITS_MS: a runtime's exit event may overtake its own bookkeeping; these are the waits until that has caught up. */
const SEEN_EXIT_WAITS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 400];

/** RuntimeInspector reads pods out of the runtime. Ended containers do not change any more, so it reads each of them once. */
export class RuntimeInspector {
  private readonly ended = new Map<string, RuntimeContainer>();
  private readonly exitSeen = new Set<string>();
  /** owners maps containers and sandboxes to their pods' uids. */
  private readonly owners = new Map<string, string>();

  constructor(
    private readonly runtime: CriRuntime,
    private readonly clock: Clock,
  ) {}

  /** noteExit says that a container's exit was heard of: a status that still says running is then out of date. It answers the pod's uid, if known. */
  noteExit(id: string): string | undefined {
    this.exitSeen.add(id);
    return this.owners.get(id);
  }

  /** inspect reads one pod afresh. */
  async inspect(uid: string, namespace: string, name: string): Promise<RuntimePod> {
    const labelSelector = { [POD_UID]: uid };
    const [sandboxes, containers] = await Promise.all([
      this.runtime.listPodSandbox({ labelSelector }),
      this.runtime.listContainers({ labelSelector }),
    ]);
    const [sandboxStatuses, statuses] = await Promise.all([
      Promise.all(sandboxes.map(sandbox => this.orGone(this.runtime.podSandboxStatus(sandbox.id)))),
      Promise.all(containers.map(container => this.orGone(this.container(container)))),
    ]);
    for (const { id } of [...sandboxes, ...containers]) this.owners.set(id, uid);
    const present = <T>(items: (T | undefined)[]) => items.filter(item => item !== undefined) as T[];
    const newestFirst = (a: { createdAt: number }, b: { createdAt: number }) => b.createdAt - a.createdAt;
    return {
      uid,
      namespace,
      name,
      sandboxes: present<PodSandboxStatus>(sandboxStatuses).sort(newestFirst),
      containers: present<RuntimeContainer>(statuses).sort(newestFirst),
    };
  }

  /** pods are all pods the runtime has something of, by uid. */
  async pods(): Promise<
    Map<
      string,
      { readonly uid: string; readonly namespace: string; readonly name: string; readonly ids: readonly string[] }
    >
  > {
    const [sandboxes, containers] = await Promise.all([this.runtime.listPodSandbox(), this.runtime.listContainers()]);
    const pods = new Map<string, { uid: string; namespace: string; name: string; ids: string[] }>();
    for (const { id, labels, state } of [...sandboxes, ...containers]) {
      const uid = labels[POD_UID];
      if (!uid) continue;
      const pod = pods.get(uid) ?? {
        uid,
        namespace: labels[POD_NAMESPACE] ?? '',
        name: labels[POD_NAME] ?? '',
        ids: [],
      };
      pod.ids.push(`${id} ${state}`);
      pods.set(uid, pod);
    }
    for (const { uid, ids } of pods.values()) for (const id of ids) this.owners.set(id.split(' ')[0]!, uid);
    const live = new Set([...sandboxes, ...containers].map(({ id }) => id));
    for (const id of this.ended.keys()) if (!live.has(id)) this.ended.delete(id);
    for (const id of this.owners.keys()) if (!live.has(id)) this.owners.delete(id);
    for (const id of this.exitSeen) if (!live.has(id)) this.exitSeen.delete(id);
    return pods;
  }

  private async container({ id, podSandboxId }: Container): Promise<RuntimeContainer> {
    const known = this.ended.get(id);
    if (known) return known;
    const status = await this.settledStatus(id);
    if (!hasExited(status)) return { ...status, podSandboxId };
    const container = { ...status, podSandboxId, terminationMessage: await terminationMessage(status) };
    this.ended.set(id, container);
    return container;
  }

  private async settledStatus(id: string): Promise<ContainerStatus> {
    for (const wait of SEEN_EXIT_WAITS_MS) {
      const status = await this.runtime.containerStatus(id);
      if (status.state !== 'CONTAINER_RUNNING' || !this.exitSeen.has(id)) return status;
      await this.clock.sleep(wait);
    }
    return this.runtime.containerStatus(id);
  }

  private orGone<T>(work: Promise<T>): Promise<T | undefined> {
    return work.catch((error: unknown) => {
      if (isGone(error)) return undefined;
      throw error;
    });
  }
}
