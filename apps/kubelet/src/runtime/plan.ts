import type { corev1 } from '@navarch/api';
import { CONTAINER_HASH, containerHash, restartCountOf } from './labels';
import { hasExited, isRunning, nameOf, newestOf, type RuntimeContainer, type RuntimePod } from './runtime-pod';

/** ProbeVerdicts are what the probes say about the containers that run now. */
export interface ProbeVerdicts {
  /** started: the startup probe has succeeded, or there is none. */
  started(containerId: string): boolean;
  /** unhealthy is the probe that failed often enough for a restart. */
  unhealthy(containerId: string): 'liveness' | 'startup' | undefined;
}

export type ContainerKind = 'init' | 'app' | 'ephemeral';

export interface StartAction {
  readonly container: corev1.Container;
  readonly kind: ContainerKind;
  readonly restartCount: number;
}

export interface KillAction {
  readonly running: RuntimeContainer;
  readonly container: corev1.Container;
  readonly why: 'liveness' | 'startup' | 'changed';
  readonly message: string;
}

/** PodPlan is what has to happen to bring the runtime's pod to what its spec says. Kills come first, then the sandbox, then starts in order. */
export interface PodPlan {
  /** killPod: everything goes; nothing is left to run, or the sandbox has to be made anew. */
  readonly killPod: boolean;
  readonly createSandbox: boolean;
  /** attempt is the coming sandbox' number. */
  readonly attempt: number;
  readonly kill: readonly KillAction[];
  readonly start: readonly StartAction[];
  /** finished: no container runs, and none will. */
  readonly finished: boolean;
}

/** planPod decides. Pure; the decisions follow upstream's computePodActions. */
export function planPod(pod: corev1.Pod, current: RuntimePod, probes: ProbeVerdicts): PodPlan {
  const spec = pod.spec!;
  const sandbox = sandboxState(spec, current);
  if (sandbox.usable) return planContainers(spec, current, probes, sandbox.attempt);

  const begun = current.containers.length > 0;
  const stale = { killPod: true, attempt: sandbox.attempt, kill: [] };
  if (restartPolicy(spec) === 'Never' && sandbox.attempt > 0 && begun)
    return { ...stale, createSandbox: false, start: [], finished: true };
  // What still runs goes with the sandbox, so it has to start again, too.
  const apps = spec.containers.filter(container => needed(spec, newestOf(current, container.name)));
  if (!apps.length) return { ...stale, createSandbox: false, start: [], finished: true };
  const [firstInit] = spec.initContainers ?? [];
  const start = firstInit
    ? [startAction(current, firstInit, 'init')]
    : apps.map(container => startAction(current, container, 'app'));
  return { ...stale, killPod: current.sandboxes.length > 0, createSandbox: true, start, finished: false };
}

const restartPolicy = (spec: corev1.PodSpec) => spec.restartPolicy ?? 'Always';
export const isSidecar = (container: corev1.Container) => container.restartPolicy === 'Always';

function sandboxState(spec: corev1.PodSpec, current: RuntimePod): { usable: boolean; attempt: number } {
  const [newest] = current.sandboxes;
  if (!newest) return { usable: false, attempt: 0 };
  const network = newest.linux?.namespaces?.options?.network ?? 'POD';
  const usable =
    newest.state === 'SANDBOX_READY' &&
    current.sandboxes.filter(sandbox => sandbox.state === 'SANDBOX_READY').length === 1 &&
    (network === 'NODE') === (spec.hostNetwork ?? false) &&
    (spec.hostNetwork || Boolean(newest.network?.ip));
  return { usable: Boolean(usable), attempt: usable ? newest.metadata.attempt : newest.metadata.attempt + 1 };
}

/** mayStart: by its restart policy, a container with this last status has to run (again). */
function mayStart(spec: corev1.PodSpec, last: RuntimeContainer | undefined): boolean {
  if (!last || !hasExited(last)) return !last || !isRunning(last);
  if (restartPolicy(spec) === 'Never') return false;
  return !(restartPolicy(spec) === 'OnFailure' && last.exitCode === 0);
}

function startAction(current: RuntimePod, container: corev1.Container, kind: ContainerKind): StartAction {
  const last = newestOf(current, container.name);
  return { container, kind, restartCount: last ? restartCountOf(last) + 1 : 0 };
}

function planContainers(spec: corev1.PodSpec, current: RuntimePod, probes: ProbeVerdicts, attempt: number): PodPlan {
  const kill: KillAction[] = [];
  const start: StartAction[] = [];
  const nothing = { killPod: false, createSandbox: false, attempt, finished: false };
  for (const container of (spec.ephemeralContainers ?? []) as corev1.Container[]) {
    if (!newestOf(current, container.name)) start.push({ container, kind: 'ephemeral', restartCount: 0 });
  }
  const init = planInit(spec, current, probes, kill, start);
  if (init === 'failed') return { ...nothing, killPod: true, kill: [], start: [], finished: true };
  if (init === 'pending') return { ...nothing, kill, start };

  let kept = 0;
  for (const container of spec.containers) {
    const last = newestOf(current, container.name);
    if (!last || !isRunning(last)) {
      if (mayStart(spec, last)) start.push(startAction(current, container, 'app'));
      continue;
    }
    const reason = killReason(container, last, probes);
    if (!reason) {
      kept++;
      continue;
    }
    const again = reason.why === 'changed' || restartPolicy(spec) !== 'Never';
    kill.push({
      running: last,
      container,
      ...reason,
      message: again ? reason.message : reason.message.replace(', will be restarted', ''),
    });
    if (again) start.push(startAction(current, container, 'app'));
  }
  const idle = kept === 0 && !start.some(action => action.kind === 'app') && kill.length === 0;
  return idle ? { ...nothing, killPod: true, kill: [], start: [], finished: true } : { ...nothing, kill, start };
}

/** planInit goes through the init containers in order: `done` once all have ended well and all sidecars have started. */
function planInit(
  spec: corev1.PodSpec,
  current: RuntimePod,
  probes: ProbeVerdicts,
  kill: KillAction[],
  start: StartAction[],
): 'done' | 'pending' | 'failed' {
  const sandboxId = current.sandboxes[0]?.id;
  const here = { ...current, containers: current.containers.filter(c => c.podSandboxId === sandboxId) };
  // Ended init containers may have been collected; that a main container exists proves that they had ended well.
  const initialized = spec.containers.some(container => newestOf(here, container.name));
  const finishing = initialized && spec.containers.every(container => !needed(spec, newestOf(here, container.name)));
  for (const container of spec.initContainers ?? []) {
    const last = newestOf(here, container.name);
    if (isSidecar(container)) {
      if (!last || !isRunning(last)) {
        if (finishing) continue;
        start.push(startAction(current, container, 'init'));
        if (!initialized) return 'pending';
        continue;
      }
      const reason = killReason(container, last, probes);
      if (reason) {
        kill.push({ running: last, container, ...reason });
        start.push(startAction(current, container, 'init'));
      }
      if (!initialized && !probes.started(last.id)) return 'pending';
      continue;
    }
    if (initialized) continue;
    if (last && isRunning(last)) return 'pending';
    if (last && hasExited(last) && last.exitCode === 0) continue;
    if (last && hasExited(last) && restartPolicy(spec) === 'Never') return 'failed';
    start.push(startAction(current, container, 'init'));
    return 'pending';
  }
  return 'done';
}

/** needed: it runs, or has to. */
function needed(spec: corev1.PodSpec, last: RuntimeContainer | undefined): boolean {
  return !last || isRunning(last) || mayStart(spec, last);
}

function killReason(
  container: corev1.Container,
  running: RuntimeContainer,
  probes: ProbeVerdicts,
): Pick<KillAction, 'why' | 'message'> | undefined {
  const hash = running.annotations[CONTAINER_HASH];
  if (hash !== undefined && hash !== containerHash(container)) {
    return { why: 'changed', message: `Container ${nameOf(running)} definition changed, will be restarted` };
  }
  const why = probes.unhealthy(running.id);
  return why && { why, message: `Container ${nameOf(running)} failed ${why} probe, will be restarted` };
}
