import { mkdir, readFile } from 'node:fs/promises';
import { RuntimeClasses, type corev1 } from '@navarch/api';
import type { PodSandboxConfig } from '@navarch/cri';
import type { PodCgroups } from '../cgroups/pod-cgroups';
import type { ObjectStore } from '../config/object-store';
import { parseResolvConf, podDns } from '../dns/pod-dns';
import type { FieldContext } from '../environment/field-values';
import { serviceEnvironment } from '../environment/service-environment';
import type { ImagePuller } from '../images/image-puller';
import type { KubeletDeps } from '../options';
import type { Prober } from '../prober/prober';
import { wholeValue } from '../resources/quantity';
import type { ContainerKiller } from '../runtime/container-killer';
import { graceOf } from '../runtime/container-killer';
import { ContainerStarter, type StartContext } from '../runtime/container-starter';
import { CrashBackoff } from '../runtime/crash-backoff';
import { containerFieldPath, durationText, podText } from '../runtime/format';
import type { RuntimeInspector } from '../runtime/inspector';
import { containerHash } from '../runtime/labels';
import { planPod, type PodPlan, type StartAction } from '../runtime/plan';
import { hasExited, isRunning, newestOf, podIpsOf, readySandbox, type RuntimePod } from '../runtime/runtime-pod';
import { podLogDirectory, sandboxConfig } from '../runtime/sandbox-config';
import { StartError } from '../runtime/start-error';
import type { Waiting } from '../status/container-statuses';
import type { VolumeManager } from '../volumes/volume-manager';
import type { PodStopper } from './pod-stopper';

/** NodeFacts is what the node itself knows, that pods depend on. */
export interface NodeFacts {
  /** node is the API's object of this node, once it is known. */
  node(): corev1.Node | undefined;
  hostIPs(): readonly string[];
  /** networkNotReady says why pods cannot have a network; undefined when they can. */
  networkNotReady(): string | undefined;
  services(): readonly corev1.Service[];
}

/** SyncerParts are what PodSyncer works with. */
export interface SyncerParts {
  readonly deps: KubeletDeps;
  readonly inspector: RuntimeInspector;
  readonly volumes: VolumeManager;
  readonly cgroups: PodCgroups;
  readonly objects: ObjectStore;
  readonly puller: ImagePuller;
  readonly killer: ContainerKiller;
  readonly stopper: PodStopper;
  readonly prober: Prober;
  readonly facts: NodeFacts;
}

/** SyncResult says what is to come: finished (nothing runs, nothing will), or when to look again without being woken. */
export interface SyncResult {
  readonly finished: boolean;
  readonly againInMs?: number;
}

const RESTART_INITIAL_MS = 10_000;
const RESTART_MAX_MS = 300_000;

/** PodSyncer does one round for one pod: sees what runs, plans, and acts. The worker calls it, one round at a time a pod. */
export class PodSyncer {
  private readonly starter: ContainerStarter;
  /** restarts holds back containers that keep on ending: 10 s doubling to 5 min. */
  readonly restarts = new CrashBackoff(RESTART_INITIAL_MS, RESTART_MAX_MS);

  constructor(private readonly parts: SyncerParts) {
    this.starter = new ContainerStarter(parts.deps, parts.objects, parts.puller);
  }

  /**
   * sync brings the pod one round forward. `waiting` is kept between rounds and holds why containers do not run; `report` is called
   * whenever there is something new to tell.
   */
  async sync(
    pod: corev1.Pod,
    waiting: Map<string, Waiting>,
    report: (current: RuntimePod, finished: boolean) => void,
    signal: AbortSignal,
  ): Promise<SyncResult> {
    const { inspector, prober } = this.parts;
    const { uid = '', namespace = '', name = '' } = pod.metadata ?? {};
    let current = await inspector.inspect(uid, namespace, name);
    prober.sync(pod, current, [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]);
    const plan = planPod(pod, current, prober);
    report(current, plan.finished);
    if (plan.finished) return { finished: true };
    if (!plan.killPod && !plan.createSandbox && !plan.kill.length && !plan.start.length) {
      await this.refreshVolumes(pod, current);
      return { finished: false, ...this.nextRefresh(uid) };
    }

    await this.carryOutKills(pod, current, plan);
    if (!plan.start.length) return { finished: false };
    const blocked = pod.spec?.hostNetwork ? undefined : this.parts.facts.networkNotReady();
    if (blocked && plan.createSandbox) throw new NetworkNotReady(blocked);
    const fields = this.fieldContext(pod, current);
    await this.prepare(pod);
    const volumes = await this.parts.volumes.setUp(pod, fields);
    signal.throwIfAborted();
    const sandbox = await this.sandboxConfig(pod, plan.attempt);
    if (plan.createSandbox) {
      await this.createSandbox(pod, sandbox);
      current = await inspector.inspect(uid, namespace, name);
      report(current, false);
    }
    signal.throwIfAborted();
    const context = {
      pod,
      current,
      sandbox,
      volumes,
      sandboxId: readySandbox(current)?.id ?? '',
      podDir: this.parts.volumes.podDir(uid),
    };
    const againInMs = await this.startAll(
      { ...context, ...this.nodeContext(pod), fields: this.fieldContext(pod, current) },
      plan,
      waiting,
      signal,
    );
    current = await inspector.inspect(uid, namespace, name);
    prober.sync(pod, current, []);
    report(current, false);
    await this.parts.stopper.collect(pod, current);
    // One round may be only the first of several steps: look again at once if something else can be done now.
    const next = planPod(pod, current, prober);
    const more = next.start.some(
      action => this.backoffOf(pod, action, current) === 0 && !waiting.has(action.container.name),
    );
    return {
      finished: false,
      ...(more ? { againInMs: 0 } : againInMs !== undefined ? { againInMs } : this.nextRefresh(uid)),
    };
  }

  private nextRefresh(uid: string): { againInMs?: number } {
    const at = this.parts.volumes.refreshAt(uid);
    return at === undefined ? {} : { againInMs: Math.max(1000, at - this.parts.deps.clock.now()) };
  }

  private async refreshVolumes(pod: corev1.Pod, current: RuntimePod): Promise<void> {
    await this.parts.volumes.setUp(pod, this.fieldContext(pod, current)).catch((error: Error) => {
      this.parts.deps.events.event(pod, 'Warning', 'FailedMount', error.message);
    });
  }

  private async carryOutKills(pod: corev1.Pod, current: RuntimePod, plan: PodPlan): Promise<void> {
    const { deps, killer, stopper, prober } = this.parts;
    if (plan.killPod) {
      if (current.sandboxes.length)
        deps.events.event(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
      await stopper.stop(pod, current, undefined);
      return;
    }
    const ip = podIpsOf(current)[0] ?? '';
    await Promise.all(
      plan.kill.map(({ running, container, why, message }) => {
        const probe =
          why === 'liveness' ? container.livenessProbe : why === 'startup' ? container.startupProbe : undefined;
        const grace = graceOf(pod, running, probe?.terminationGracePeriodSeconds);
        return killer.kill(pod, running, container, ip, grace, message);
      }),
    );
    if (plan.kill.length)
      prober.sync(
        pod,
        { ...current, containers: current.containers.filter(c => !plan.kill.some(k => k.running.id === c.id)) },
        [],
      );
  }

  private async prepare(pod: corev1.Pod): Promise<void> {
    await this.parts.cgroups.ensure(pod);
    await mkdir(this.parts.volumes.podDir(pod.metadata?.uid ?? ''), { recursive: true, mode: 0o750 });
  }

  private async sandboxConfig(pod: corev1.Pod, attempt: number): Promise<PodSandboxConfig> {
    const { options } = this.parts.deps;
    const host = parseResolvConf(await readFile(options.resolvConf, 'utf8').catch(() => ''));
    const logDirectory = podLogDirectory(options.podLogsDir, pod.metadata ?? {});
    await mkdir(logDirectory, { recursive: true, mode: 0o755 });
    return sandboxConfig(pod, {
      attempt,
      dns: podDns(pod, { servers: options.clusterDns, domain: options.clusterDomain }, host),
      logDirectory,
      cgroupParent: this.parts.cgroups.parent(pod),
      clusterDomain: options.clusterDomain,
    });
  }

  private async createSandbox(pod: corev1.Pod, sandbox: PodSandboxConfig): Promise<void> {
    const { runtime, events } = this.parts.deps;
    const handler = await this.runtimeHandler(pod);
    await runtime.runPodSandbox(sandbox, handler).catch((error: Error) => {
      events.event(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${error.message}`);
      throw error;
    });
  }

  private async runtimeHandler(pod: corev1.Pod): Promise<string> {
    const name = pod.spec?.runtimeClassName;
    return name ? (await this.parts.deps.client.resource(RuntimeClasses).get('', name)).handler : '';
  }

  private fieldContext(pod: corev1.Pod, current: RuntimePod): FieldContext {
    const { deps, facts } = this.parts;
    const hostIPs = facts.hostIPs();
    const ips = podIpsOf(current);
    return {
      nodeName: deps.options.nodeName,
      hostIPs,
      podIPs: pod.spec?.hostNetwork ? hostIPs : ips,
      allocatable: facts.node()?.status?.allocatable ?? {},
    };
  }

  private nodeContext(pod: corev1.Pod): Pick<StartContext, 'services' | 'memoryCapacity'> {
    const { facts } = this.parts;
    return {
      services: serviceEnvironment(
        facts.services(),
        pod.metadata?.namespace ?? '',
        pod.spec?.enableServiceLinks ?? true,
      ),
      memoryCapacity: wholeValue(facts.node()?.status?.capacity?.memory ?? '1Gi'),
    };
  }

  /** startAll starts what may start now; it answers in how many ms the first that has to wait may. */
  private async startAll(
    context: StartContext,
    plan: PodPlan,
    waiting: Map<string, Waiting>,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    let again: number | undefined;
    const later = (ms: number) => (again = Math.min(again ?? Infinity, ms));
    for (const action of plan.start) {
      signal.throwIfAborted();
      const { name } = action.container;
      const wait = this.backoffOf(context.pod, action, context.current);
      if (wait > 0) {
        waiting.set(name, this.crashLoop(context.pod, action));
        later(wait);
        continue;
      }
      try {
        this.stepBackoff(context.pod, action, context.current);
        await this.starter.start(context, action, signal);
        waiting.delete(name);
      } catch (error) {
        if (!(error instanceof StartError)) throw error;
        waiting.set(name, { reason: error.reason, message: error.message });
        const wait = error.retryAfterMs ?? RETRY_START_MS;
        // A pull that failed is first shown as such, and soon after as being held back.
        later(error.reason === 'ErrImagePull' ? Math.min(wait, SHOW_PULL_ERROR_MS) : wait);
      }
    }
    return again;
  }

  private key(pod: corev1.Pod, { container }: StartAction): string {
    return `${pod.metadata?.uid}_${container.name}_${containerHash(container)}`;
  }

  private backoffOf(pod: corev1.Pod, action: StartAction, current: RuntimePod): number {
    const ended = lastEnd(current, action.container.name);
    return ended === undefined ? 0 : this.restarts.remaining(this.key(pod, action), ended, this.parts.deps.clock.now());
  }

  private stepBackoff(pod: corev1.Pod, action: StartAction, current: RuntimePod): void {
    const ended = lastEnd(current, action.container.name);
    if (ended !== undefined) this.restarts.step(this.key(pod, action), ended, this.parts.deps.clock.now());
  }

  private crashLoop(pod: corev1.Pod, action: StartAction): Waiting {
    const { name } = action.container;
    const delay = durationText(this.restarts.delay(this.key(pod, action)));
    const message = `Back-off restarting failed container ${name} in pod ${podText(pod)}`;
    this.parts.deps.events.event(pod, 'Warning', 'BackOff', message, containerFieldPath(pod, name));
    return {
      reason: 'CrashLoopBackOff',
      message: `back-off ${delay} restarting failed container=${name} pod=${podText(pod)}`,
    };
  }
}

const RETRY_START_MS = 10_000;
const SHOW_PULL_ERROR_MS = 3000;

/** NetworkNotReady: the runtime's network is not there yet; the pod waits. */
export class NetworkNotReady extends Error {
  constructor(why: string) {
    super(`network is not ready: ${why}`);
  }
}

function lastEnd(current: RuntimePod, containerName: string): number | undefined {
  const newest = newestOf(current, containerName);
  if (!newest || isRunning(newest)) return undefined;
  return hasExited(newest) ? newest.finishedAt / 1e6 : undefined;
}
