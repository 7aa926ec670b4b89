import type { corev1 } from '@navarch/api';
import { isGone } from '@navarch/cri';
import type { KubeletDeps } from '../options';
import { containerFieldPath } from './format';
import { runHook } from './hooks';
import { POD_DELETION_GRACE, POD_TERMINATION_GRACE, PRE_STOP_HANDLER } from './labels';
import { nameOf, type RuntimeContainer } from './runtime-pod';

/** MINIMUM_GRACE_S is what a container gets to stop after its preStop hook has used the time up. */
const MINIMUM_GRACE_S = 2;
const DEFAULT_GRACE_S = 30;

/** graceOf is how long (seconds) a container may take to stop: by the deletion, else by the spec, else by what it was made with. */
export function graceOf(pod: corev1.Pod | undefined, container: RuntimeContainer, probeGrace?: number): number {
  const fromAnnotation = (key: string) => {
    const value = container.annotations[key];
    return value === undefined ? undefined : Number(value);
  };
  return (
    pod?.metadata?.deletionGracePeriodSeconds ??
    probeGrace ??
    pod?.spec?.terminationGracePeriodSeconds ??
    fromAnnotation(POD_DELETION_GRACE) ??
    fromAnnotation(POD_TERMINATION_GRACE) ??
    DEFAULT_GRACE_S
  );
}

/** ContainerKiller stops containers gracefully: event, preStop hook, stop signal, and the kill signal when the grace is over. */
export class ContainerKiller {
  /** stopping holds for each container being stopped when its grace ends, so that only a shorter one starts a second stop. */
  private readonly stopping = new Map<string, { endsAt: number; done: Promise<void> }>();

  constructor(private readonly deps: Pick<KubeletDeps, 'runtime' | 'events' | 'clock' | 'log'>) {}

  /** kill resolves when the container has stopped. Called again with a shorter grace, it cuts the first one short. */
  kill(
    about: corev1.Pod,
    container: RuntimeContainer,
    spec: corev1.Container | undefined,
    podIp: string,
    graceSeconds: number,
    message?: string,
  ): Promise<void> {
    const endsAt = this.deps.clock.now() + graceSeconds * 1000;
    const running = this.stopping.get(container.id);
    if (running && running.endsAt <= endsAt) return running.done;
    const done = running
      ? this.stop(container.id, graceSeconds)
      : this.begin(about, container, spec, podIp, graceSeconds, message ?? `Stopping container ${nameOf(container)}`);
    const entry = { endsAt, done };
    this.stopping.set(container.id, entry);
    return done.finally(() => {
      if (this.stopping.get(container.id) === entry) this.stopping.delete(container.id);
    });
  }

  private async begin(
    about: corev1.Pod,
    container: RuntimeContainer,
    spec: corev1.Container | undefined,
    podIp: string,
    graceSeconds: number,
    message: string,
  ): Promise<void> {
    this.deps.events.event(about, 'Normal', 'Killing', message, containerFieldPath(about, nameOf(container)));
    const hook = spec?.lifecycle?.preStop ?? this.recordedHook(container);
    const begun = this.deps.clock.now();
    if (hook && graceSeconds > 0) await this.preStop(about, container, spec, hook, podIp, graceSeconds);
    const used = (this.deps.clock.now() - begun) / 1000;
    const left = graceSeconds > 0 ? Math.max(MINIMUM_GRACE_S, Math.round(graceSeconds - used)) : 0;
    // A container without grace of its own gets what was asked; the minimum is for what a hook has used up.
    await this.stop(container.id, hook ? left : graceSeconds);
  }

  private recordedHook(container: RuntimeContainer): corev1.LifecycleHandler | undefined {
    const text = container.annotations[PRE_STOP_HANDLER];
    return text ? (JSON.parse(text) as corev1.LifecycleHandler) : undefined;
  }

  private async preStop(
    about: corev1.Pod,
    container: RuntimeContainer,
    spec: corev1.Container | undefined,
    hook: corev1.LifecycleHandler,
    podIp: string,
    graceSeconds: number,
  ): Promise<void> {
    const target = { containerId: container.id, container: spec ?? { name: nameOf(container) }, podIp };
    const limit = new AbortController();
    const timer = this.deps.clock.after(graceSeconds * 1000, () => limit.abort());
    try {
      const over = new Promise<void>(resolve =>
        limit.signal.addEventListener('abort', () => resolve(), { once: true }),
      );
      const hooked = runHook(this.deps.runtime, this.deps.clock, hook, target, graceSeconds * 1000, limit.signal);
      await Promise.race([hooked, over]);
      hooked.catch(() => undefined);
    } catch (error) {
      const part = containerFieldPath(about, nameOf(container));
      this.deps.events.event(
        about,
        'Warning',
        'FailedPreStopHook',
        `PreStopHook failed: ${(error as Error).message}`,
        part,
      );
    } finally {
      timer[Symbol.dispose]();
    }
  }

  private async stop(id: string, graceSeconds: number): Promise<void> {
    await this.deps.runtime.stopContainer(id, graceSeconds).catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
  }
}
