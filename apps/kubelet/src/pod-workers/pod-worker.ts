import { isDeepStrictEqual } from 'node:util';
import type { corev1 } from '@navarch/api';
import { Backoff } from '@navarch/base';
import { anythingRuns, type RuntimePod } from '../runtime/runtime-pod';
import { OWNED } from '../status/conditions';
import { podStatus, type PodStatusInput } from '../status/pod-status';
import type { Waiting } from '../status/container-statuses';
import type { StatusManager, StatusTarget } from '../status/status-manager';
import { featuresOf } from '../features';
import { VolumeMountError } from '../volumes/volume-manager';
import type { KubeletMetrics } from '../metrics';
import type { Rejection } from './admission';
import { NetworkNotReady, type PodSyncer, type SyncerParts } from './pod-syncer';
import { WakeUp } from './wake-up';

/** WorkerParts are what every worker shares. */
export interface WorkerParts extends SyncerParts {
  readonly syncer: PodSyncer;
  readonly statuses: StatusManager;
  readonly runtimeName: string;
  readonly metrics: KubeletMetrics;
}

/**
 * PodWorker takes one pod through its life: syncing, then terminating (deleted, finished, rejected, past its deadline, gone from its
 * source), then terminated, and ends when its source has it no more. One round at a time; what happens meanwhile is taken up next.
 */
export class PodWorker {
  private readonly wakeUp: WakeUp;
  private readonly waiting = new Map<string, Waiting>();
  private roundEnds = new AbortController();
  private phase: 'syncing' | 'terminating' | 'terminated' = 'syncing';
  private removed = false;
  private ran = false;
  private readonly begunAt: number;
  private verdict: PodStatusInput['verdict'];
  private stopFailures = new Backoff({ initialMs: 200, maxMs: 10_000 });

  constructor(
    private readonly parts: WorkerParts,
    private pod: corev1.Pod,
    private target: StatusTarget | undefined,
    rejection: Rejection | undefined,
  ) {
    this.wakeUp = new WakeUp(parts.deps.clock);
    this.begunAt = parts.deps.clock.now();
    if (rejection) {
      const message = `Pod was rejected: ${rejection.message}`;
      parts.deps.events.event(pod, 'Warning', rejection.reason, rejection.message);
      this.verdict = { phase: 'Failed', reason: rejection.reason, message };
    }
  }

  /** current is the pod as last given. */
  get current(): corev1.Pod {
    return this.pod;
  }
  /** active: its containers run, or may come to run. */
  get active(): boolean {
    return this.phase !== 'terminated' && !this.verdict;
  }

  /** update gives the worker the pod as it is now, and the API object that shows its status. */
  update(pod: corev1.Pod, target: StatusTarget | undefined): void {
    const hasten = graceOfDeletion(pod) !== graceOfDeletion(this.pod);
    // Most updates are our own status coming back; they are no reason to look at the containers again.
    const news = !sameButStatus(pod, this.pod) || target?.uid !== this.target?.uid;
    this.pod = pod;
    this.target = target;
    if (this.mustStop()) this.roundEnds.abort(new Error('the pod is being stopped'));
    if (hasten && this.phase === 'terminating') this.hasten();
    if (news) this.wakeUp.ring();
  }

  /** remove says that the source has the pod no more: it is stopped, and nothing of it is kept. */
  remove(): void {
    this.removed = true;
    this.roundEnds.abort(new Error('the pod is gone from its source'));
    this.wakeUp.ring();
  }

  /** evict ends the pod by the node's own decision. */
  evict(reason: string, message: string): void {
    if (this.verdict) return;
    this.parts.deps.events.event(this.pod, 'Warning', reason, message);
    this.verdict ??= { phase: 'Failed', reason, message };
    this.roundEnds.abort(new Error(message));
    this.wakeUp.ring();
  }

  wake(): void {
    this.wakeUp.ring();
  }

  /** run resolves when the pod is gone for good, or signal aborts (its containers then go on without the kubelet). */
  async run(signal: AbortSignal): Promise<void> {
    this.parts.objects.register(this.pod);
    await this.syncUntilStop(signal);
    if (!signal.aborted) await this.terminate(signal);
    if (!signal.aborted) await this.terminated(signal);
  }

  private mustStop(): boolean {
    return (
      this.removed ||
      this.verdict !== undefined ||
      this.pod.metadata?.deletionTimestamp !== undefined ||
      hasEnded(this.pod.status?.phase)
    );
  }

  private async syncUntilStop(signal: AbortSignal): Promise<void> {
    const failures = new Backoff({ initialMs: 500, maxMs: 10_000, jitter: 0.1 });
    const { deps, syncer, objects } = this.parts;
    const stopRound = () => this.roundEnds.abort(signal.reason);
    signal.addEventListener('abort', stopRound, { once: true });
    try {
      for (;;) {
        if (this.deadlineIn() <= 0) this.verdict ??= DEADLINE_EXCEEDED;
        if (signal.aborted || this.mustStop()) return;
        let again: number | undefined;
        try {
          objects.register(this.pod);
          const { pod } = this;
          const result = await syncer.sync(
            pod,
            this.waiting,
            (current, finished) => this.report(pod, current, finished),
            this.roundEnds.signal,
          );
          failures.reset();
          if (result.finished) return;
          again = result.againInMs;
        } catch (error) {
          if (signal.aborted || this.mustStop()) return;
          again = failures.next();
          this.sayFailure(error as Error);
        }
        await this.wakeUp.wait(
          Math.min(again ?? deps.options.syncMs, deps.options.syncMs, Math.max(0, this.deadlineIn())),
          this.roundEnds.signal,
        );
      }
    } finally {
      signal.removeEventListener('abort', stopRound);
    }
  }

  private sayFailure(error: Error): void {
    const { deps } = this.parts;
    const reason =
      error instanceof VolumeMountError
        ? 'FailedMount'
        : error instanceof NetworkNotReady
          ? 'NetworkNotReady'
          : undefined;
    if (reason) deps.events.event(this.pod, 'Warning', reason, error.message);
    deps.log.warn('Error syncing pod, will try again', {
      pod: this.pod.metadata?.name,
      namespace: this.pod.metadata?.namespace,
      err: error.message,
    });
  }

  /** deadlineIn is how long (ms) the pod may still be active; Infinity without activeDeadlineSeconds. */
  private deadlineIn(): number {
    const limit = this.pod.spec?.activeDeadlineSeconds;
    const start = this.parts.statuses.get(this.pod.metadata?.uid ?? '')?.startTime ?? this.pod.status?.startTime;
    return limit === undefined || !start ? Infinity : Date.parse(start) + limit * 1000 - this.parts.deps.clock.now();
  }

  private report(pod: corev1.Pod, current: RuntimePod, stopping: boolean): void {
    const { statuses, prober, deps, facts, runtimeName, metrics } = this.parts;
    const uid = pod.metadata?.uid ?? '';
    const status = podStatus({
      pod,
      current,
      facts: {
        waiting: name => this.waiting.get(name),
        ready: id => prober.ready(id),
        started: id => prober.started(id),
      },
      runtimeName,
      hostIPs: facts.hostIPs(),
      previous: statuses.get(uid) ?? pod.status ?? {},
      ...(this.verdict && { verdict: this.verdict }),
      stopping,
      features: featuresOf(deps.options.kubeletVersion),
      now: deps.clock.now(),
    });
    statuses.set(pod, this.target, status);
    if (status.phase !== 'Running' || this.ran) return;
    this.ran = true;
    if (!pod.status?.startTime) metrics.podStarted((deps.clock.now() - this.begunAt) / 1000);
  }

  /** graceSeconds is the pod-wide grace, where something sets one; otherwise each container has its own. */
  private graceSeconds(): number | undefined {
    return graceOfDeletion(this.pod);
  }

  private hasten(): void {
    this.stopOnce().catch((error: unknown) =>
      this.parts.deps.log.v(2, 'Hastening a stop failed', { err: String(error) }),
    );
  }

  private inspect(): Promise<RuntimePod> {
    const { uid = '', namespace = '', name = '' } = this.pod.metadata ?? {};
    return this.parts.inspector.inspect(uid, namespace, name);
  }

  private async stopOnce(): Promise<RuntimePod> {
    const current = await this.inspect();
    if (anythingRuns(current)) await this.parts.stopper.stop(this.pod, current, this.graceSeconds());
    return this.inspect();
  }

  private async terminate(signal: AbortSignal): Promise<void> {
    this.phase = 'terminating';
    this.waiting.clear();
    const { deps, prober } = this.parts;
    const uid = this.pod.metadata?.uid ?? '';
    prober.halt(uid);
    while (!signal.aborted) {
      try {
        const before = await this.inspect();
        if (this.verdict || !anythingRuns(before)) this.report(this.pod, before, true);
        const current = await this.stopOnce();
        if (!anythingRuns(current)) return this.report(this.pod, current, true);
      } catch (error) {
        deps.log.warn('Error stopping pod, will try again', {
          pod: this.pod.metadata?.name,
          err: (error as Error).message,
        });
      }
      await this.wakeUp.wait(this.stopFailures.next(), signal);
    }
  }

  private async terminated(signal: AbortSignal): Promise<void> {
    this.phase = 'terminated';
    const { deps, volumes, cgroups, objects, stopper, statuses, puller, syncer, prober } = this.parts;
    const uid = this.pod.metadata?.uid ?? '';
    let [cleaned, finished] = [false, false];
    while (!signal.aborted) {
      try {
        if (!cleaned) {
          await volumes.tearDown(uid);
          prober.forget(uid);
          await cgroups.remove(uid);
          objects.unregister(uid);
          cleaned = true;
        }
        if (
          !finished &&
          !this.removed &&
          this.pod.metadata?.deletionTimestamp !== undefined &&
          this.target?.uid === uid
        ) {
          statuses.finish(this.pod, this.target);
          finished = true;
        }
        if (this.removed) {
          await stopper.remove(await this.inspect());
          statuses.forget(uid);
          puller.forget(uid);
          syncer.restarts.forget(`${uid}_`);
          return;
        }
        await this.wakeUp.wait(deps.options.syncMs, signal);
      } catch (error) {
        deps.log.warn('Error cleaning up after a pod, will try again', {
          pod: this.pod.metadata?.name,
          err: (error as Error).message,
        });
        await this.wakeUp.wait(this.stopFailures.next(), signal);
      }
    }
  }
}

const DEADLINE_EXCEEDED = {
  phase: 'Failed',
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
} as const;

/** sameButStatus: nothing differs that the kubelet acts on: spec, metadata, and the conditions of others (readiness gates). */
function sameButStatus(a: corev1.Pod, b: corev1.Pod): boolean {
  const relevant = ({ metadata, spec, status }: corev1.Pod) => {
    const { resourceVersion: _, managedFields: __, ...rest } = metadata ?? {};
    const gates = (status?.conditions ?? []).filter(({ type }) => !(OWNED as readonly string[]).includes(type));
    return [rest, spec, gates, hasEnded(status?.phase)];
  };
  return isDeepStrictEqual(relevant(a), relevant(b));
}

const hasEnded = (phase: string | undefined) => phase === 'Succeeded' || phase === 'Failed';

function graceOfDeletion(pod: corev1.Pod): number | undefined {
  return pod.metadata?.deletionTimestamp === undefined ? undefined : pod.metadata.deletionGracePeriodSeconds;
}
