import type { corev1 } from '@navarch/api';
import type { KubeletDeps } from '../options';
import { containerFieldPath } from '../runtime/format';
import type { ProbeVerdicts } from '../runtime/plan';
import { isRunning, nameOf, podIpsOf, type RuntimeContainer, type RuntimePod } from '../runtime/runtime-pod';
import { runProbe, type ProbeOutcome, type ProbeTarget } from './probe';
import { initialState, nextState, type ProbeState } from './thresholds';

type Kind = 'liveness' | 'readiness' | 'startup';
const WORDS: Readonly<Record<Kind, string>> = { liveness: 'Liveness', readiness: 'Readiness', startup: 'Startup' };

interface Probing {
  readonly podUid: string;
  readonly ends: AbortController;
  readonly states: Map<Kind, ProbeState>;
  readonly probes: ReadonlyMap<Kind, corev1.Probe>;
  /** afterStartup resolves when the startup probe has succeeded. */
  readonly afterStartup: { readonly promise: Promise<void>; resolve(): void };
}

/** Prober probes running containers, and tells onChange of a pod whose verdicts changed. */
export class Prober implements ProbeVerdicts {
  private readonly probing = new Map<string, Probing>();

  constructor(
    private readonly deps: Pick<KubeletDeps, 'runtime' | 'events' | 'clock' | 'log' | 'options'>,
    private readonly onChange: (podUid: string) => void,
  ) {}

  /** sync begins to probe what runs and has probes, and ends it for what runs no more. `statuses` are those told before (a kubelet's restart keeps readiness). */
  sync(pod: corev1.Pod, current: RuntimePod, statuses: readonly corev1.ContainerStatus[]): void {
    const uid = pod.metadata?.uid ?? '';
    const running = new Set<string>();
    const containers = [
      ...(pod.spec?.initContainers ?? []).filter(c => c.restartPolicy === 'Always'),
      ...(pod.spec?.containers ?? []),
    ];
    for (const live of current.containers.filter(isRunning)) {
      running.add(live.id);
      const container = containers.find(c => c.name === nameOf(live));
      if (!container || this.probing.has(live.id)) continue;
      this.start(pod, container, live, podIpsOf(current)[0] ?? this.deps.options.nodeIp, statuses);
    }
    for (const [id, { podUid }] of this.probing) if (podUid === uid && !running.has(id)) this.end(id);
  }

  /** halt ends the probing of a pod that is being stopped; its verdicts stay as they are. */
  halt(podUid: string): void {
    for (const probing of this.probing.values()) if (probing.podUid === podUid) probing.ends.abort();
  }

  /** forget drops all about a pod. */
  forget(podUid: string): void {
    for (const [id, probing] of this.probing) if (probing.podUid === podUid) this.end(id);
  }

  started(containerId: string): boolean {
    return this.probing.get(containerId)?.states.get('startup')?.healthy ?? true;
  }

  ready(containerId: string): boolean {
    const probing = this.probing.get(containerId);
    return this.started(containerId) && (probing?.states.get('readiness')?.healthy ?? true);
  }

  unhealthy(containerId: string): 'liveness' | 'startup' | undefined {
    const states = this.probing.get(containerId)?.states;
    if (states?.get('liveness')?.healthy === false) return 'liveness';
    const startup = states?.get('startup');
    return startup?.decided && !startup.healthy ? 'startup' : undefined;
  }

  stop(): void {
    for (const id of [...this.probing.keys()]) this.end(id);
  }

  private end(containerId: string): void {
    this.probing.get(containerId)?.ends.abort();
    this.probing.delete(containerId);
  }

  private start(
    pod: corev1.Pod,
    container: corev1.Container,
    live: RuntimeContainer,
    podIp: string,
    statuses: readonly corev1.ContainerStatus[],
  ): void {
    const { startupProbe, livenessProbe, readinessProbe } = container;
    const probes = new Map<Kind, corev1.Probe>();
    if (startupProbe) probes.set('startup', startupProbe);
    if (livenessProbe) probes.set('liveness', livenessProbe);
    if (readinessProbe) probes.set('readiness', readinessProbe);
    const before = statuses.find(status => status.containerID?.endsWith(live.id));
    const states = new Map<Kind, ProbeState>();
    for (const kind of probes.keys()) {
      const known = (kind === 'readiness' && before?.ready) || (kind === 'startup' && before?.started);
      states.set(kind, known ? { ...initialState(kind), healthy: true } : initialState(kind));
    }
    let resolve!: () => void;
    const promise = new Promise<void>(done => (resolve = done));
    if (states.get('startup')?.healthy ?? true) resolve();
    const probing: Probing = {
      podUid: pod.metadata?.uid ?? '',
      ends: new AbortController(),
      states,
      probes,
      afterStartup: { promise, resolve },
    };
    this.probing.set(live.id, probing);
    const target = { containerId: live.id, container, podIp };
    const startedAt = live.startedAt / 1e6;
    for (const kind of probes.keys()) {
      this.run(pod, kind, probing, target, startedAt).catch((error: unknown) => {
        if (!probing.ends.signal.aborted)
          this.deps.log.error('A prober ended', error, { container: container.name, kind });
      });
    }
  }

  private async run(
    pod: corev1.Pod,
    kind: Kind,
    probing: Probing,
    target: ProbeTarget,
    startedAt: number,
  ): Promise<void> {
    const { clock, runtime, options } = this.deps;
    const { signal } = probing.ends;
    const probe = probing.probes.get(kind)!;
    if (kind !== 'startup') await Promise.race([probing.afterStartup.promise, aborted(signal)]);
    const wait = startedAt + (probe.initialDelaySeconds ?? 0) * 1000 - clock.now();
    if (wait > 0) await clock.sleep(wait, signal);
    while (!signal.aborted) {
      const outcome = await runProbe(
        runtime,
        probe,
        target,
        `kube-probe/${options.kubeletVersion.replace(/^v?(\d+\.\d+).*/, '$1')}`,
      );
      if (signal.aborted) return;
      this.tell(pod, kind, target.container.name, outcome);
      this.take(kind, probing, outcome.ok, probe);
      if (kind === 'startup' && probing.states.get('startup')!.healthy) return;
      await clock.sleep((probe.periodSeconds ?? 10) * 1000, signal);
    }
  }

  private tell(pod: corev1.Pod, kind: Kind, container: string, { ok, warns, output }: ProbeOutcome): void {
    if (ok && !warns) return;
    const [reason, how] = ok ? ['ProbeWarning', 'warning'] : ['Unhealthy', 'failed'];
    const part = containerFieldPath(pod, container);
    this.deps.events.event(pod, 'Warning', reason!, `${WORDS[kind]} probe ${how}: ${output}`, part);
  }

  private take(kind: Kind, probing: Probing, ok: boolean, probe: corev1.Probe): void {
    const before = probing.states.get(kind)!;
    const after = nextState(before, ok, { success: probe.successThreshold ?? 1, failure: probe.failureThreshold ?? 3 });
    probing.states.set(kind, after);
    if (kind === 'startup' && after.healthy) probing.afterStartup.resolve();
    if (before.healthy !== after.healthy || before.decided !== after.decided) this.onChange(probing.podUid);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    else signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
