import type { corev1 } from '@navarch/api';
import type { Stoppable } from '@navarch/base';
import { setMaxListeners } from 'node:events';
import type { StatusTarget } from '../status/status-manager';
import { admitPod } from './admission';
import { PodWorker, type WorkerParts } from './pod-worker';

/** PodWorkers has one worker a pod, from the moment its source shows it until nothing is left of it. */
export class PodWorkers implements Stoppable {
  private readonly workers = new Map<string, { readonly worker: PodWorker; readonly done: Promise<void> }>();
  private readonly ends = new AbortController();

  constructor(private readonly parts: WorkerParts) {
    // Each worker listens, and there are as many as there are pods.
    setMaxListeners(0, this.ends.signal);
  }

  /** apply takes a pod as its source shows it, new or changed. */
  apply(pod: corev1.Pod, target: StatusTarget | undefined): void {
    const uid = pod.metadata?.uid ?? '';
    const known = this.workers.get(uid);
    if (known) return known.worker.update(pod, target);
    const { facts, deps } = this.parts;
    const sysctls = deps.options.allowedSysctls;
    const rejection = isFresh(pod)
      ? admitPod({ pod, node: facts.node(), others: this.activePods(), sysctls })
      : undefined;
    this.begin(uid, new PodWorker(this.parts, pod, target, rejection));
  }

  /** remove says that the source has this pod no more. */
  remove(uid: string): void {
    this.workers.get(uid)?.worker.remove();
  }

  /** orphan stops and removes a pod that the runtime has and no source knows. */
  orphan(uid: string, namespace: string, name: string): void {
    if (this.workers.has(uid)) return;
    this.parts.deps.log.info('Stopping a pod that no source knows', { uid, namespace, name });
    const worker = new PodWorker(
      this.parts,
      { metadata: { uid, namespace, name }, spec: { containers: [] } },
      undefined,
      undefined,
    );
    worker.remove();
    this.begin(uid, worker);
  }

  private begin(uid: string, worker: PodWorker): void {
    const done = worker
      .run(this.ends.signal)
      .catch((error: unknown) => this.parts.deps.log.error('A pod worker ended', error, { uid }))
      .finally(() => this.workers.delete(uid));
    this.workers.set(uid, { worker, done });
  }

  wake(uid: string): void {
    this.workers.get(uid)?.worker.wake();
  }
  wakeAll(): void {
    for (const { worker } of this.workers.values()) worker.wake();
  }
  has(uid: string): boolean {
    return this.workers.has(uid);
  }
  evict(uid: string, reason: string, message: string): void {
    this.workers.get(uid)?.worker.evict(reason, message);
  }

  /** pods are all pods there are workers for. */
  pods(): readonly corev1.Pod[] {
    return [...this.workers.values()].map(({ worker }) => worker.current);
  }

  /** activePods are those that use the node's resources. */
  activePods(): readonly corev1.Pod[] {
    return [...this.workers.values()].filter(({ worker }) => worker.active).map(({ worker }) => worker.current);
  }

  /** stop ends the workers; containers go on. */
  async stop(): Promise<void> {
    this.ends.abort(new Error('the kubelet stops'));
    await Promise.all([...this.workers.values()].map(({ done }) => done));
  }
}

/** isFresh: no kubelet has taken the pod before, so it may still be rejected. */
function isFresh(pod: corev1.Pod): boolean {
  const { status, metadata } = pod;
  return (
    !status?.startTime && !metadata?.deletionTimestamp && status?.phase !== 'Succeeded' && status?.phase !== 'Failed'
  );
}
