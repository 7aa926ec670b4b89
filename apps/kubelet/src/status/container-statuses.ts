import type { corev1 } from '@navarch/api';
import { rfc3339 } from '@navarch/base';
import { restartCountOf } from '../runtime/labels';
import { hasExited, isRunning, nameOf, type RuntimeContainer, type RuntimePod } from '../runtime/runtime-pod';

/** Waiting is why a container does not run: CrashLoopBackOff, ErrImagePull … */
export interface Waiting {
  readonly reason: string;
  readonly message?: string;
}

/** ContainerFacts are what the kubelet knows of containers and the runtime does not. */
export interface ContainerFacts {
  /** waiting is why a container could not be started last time. */
  waiting(containerName: string): Waiting | undefined;
  ready(containerId: string): boolean;
  started(containerId: string): boolean;
}

export interface ContainerStatusInput {
  readonly pod: corev1.Pod;
  readonly current: RuntimePod;
  readonly facts: ContainerFacts;
  /** runtimeName is the scheme of container ids: containerd. */
  readonly runtimeName: string;
  /** previous are the statuses told before; what the runtime has forgotten is taken from them. */
  readonly previous: readonly corev1.ContainerStatus[];
}

/** containerStatuses makes the statuses of one list of containers, in the list's order. */
export function containerStatuses(
  containers: readonly corev1.Container[],
  kind: 'init' | 'app' | 'ephemeral',
  input: ContainerStatusInput,
): corev1.ContainerStatus[] {
  return containers.map(container => containerStatus(container, kind, input));
}

function containerStatus(
  container: corev1.Container,
  kind: 'init' | 'app' | 'ephemeral',
  input: ContainerStatusInput,
): corev1.ContainerStatus {
  const [newest, ...older] = input.current.containers.filter(candidate => nameOf(candidate) === container.name);
  const before = input.previous.find(status => status.name === container.name);
  const waiting = input.facts.waiting(container.name);
  if (!newest) return neverCreated(container, input, before, waiting);

  let state = stateOf(newest, input.runtimeName);
  const last = older.find(hasExited);
  let lastState: corev1.ContainerState = last
    ? stateOf(last, input.runtimeName)
    : before?.restartCount === restartCountOf(newest)
      ? (before.lastState ?? {})
      : {};
  if (waiting && !isRunning(newest)) {
    if (state.terminated) lastState = { terminated: state.terminated };
    state = { waiting: { reason: waiting.reason, ...(waiting.message !== undefined && { message: waiting.message }) } };
  }
  const running = isRunning(newest);
  const started = running && input.facts.started(newest.id);
  return {
    name: container.name,
    state,
    lastState,
    ready: isReady(container, kind, newest, input.facts, started),
    restartCount: restartCountOf(newest),
    image: newest.image?.image || container.image || '',
    imageID: newest.imageRef,
    containerID: `${input.runtimeName}://${newest.id}`,
    started,
  };
}

function isReady(
  container: corev1.Container,
  kind: string,
  newest: RuntimeContainer,
  facts: ContainerFacts,
  started: boolean,
): boolean {
  if (kind === 'ephemeral') return false;
  if (kind === 'init' && container.restartPolicy !== 'Always') return hasExited(newest) && newest.exitCode === 0;
  return started && facts.ready(newest.id);
}

function neverCreated(
  container: corev1.Container,
  input: ContainerStatusInput,
  before: corev1.ContainerStatus | undefined,
  waiting: Waiting | undefined,
): corev1.ContainerStatus {
  const hasInit = (input.pod.spec?.initContainers ?? []).length > 0;
  const fallback: Waiting = { reason: hasInit ? 'PodInitializing' : 'ContainerCreating' };
  if (before?.state?.terminated) return before;
  if (before?.state?.running || before?.lastState?.terminated) return vanished(before, waiting);
  return {
    name: container.name,
    state: { waiting: { ...(waiting ?? fallback) } },
    lastState: {},
    ready: false,
    restartCount: before?.restartCount ?? 0,
    image: container.image ?? '',
    imageID: '',
    started: false,
  };
}

/** vanished: the container ran, and the runtime knows nothing of it any more. */
function vanished(before: corev1.ContainerStatus, waiting: Waiting | undefined): corev1.ContainerStatus {
  const unknown: corev1.ContainerStateTerminated = {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was deleted.  The container used to be Running',
  };
  const ended = before.state?.running ? { terminated: unknown } : before.lastState;
  return {
    ...before,
    state: waiting ? { waiting: { ...waiting } } : before.state?.running ? { terminated: unknown } : before.state,
    lastState: waiting ? ended : before.lastState,
    ready: false,
    started: false,
  };
}

function stateOf(container: RuntimeContainer, runtimeName: string): corev1.ContainerState {
  switch (container.state) {
    case 'CONTAINER_RUNNING':
      return { running: { startedAt: time(container.startedAt) } };
    case 'CONTAINER_CREATED':
      return { waiting: { reason: 'ContainerCreating' } };
    case 'CONTAINER_EXITED': {
      const message = [container.message, container.terminationMessage].filter(Boolean).join(': ');
      return {
        terminated: {
          exitCode: container.exitCode,
          ...(container.reason && { reason: container.reason }),
          ...(message && { message }),
          ...(container.startedAt > 0 && { startedAt: time(container.startedAt) }),
          finishedAt: time(container.finishedAt),
          containerID: `${runtimeName}://${container.id}`,
        },
      };
    }
    case 'CONTAINER_UNKNOWN':
      return {
        terminated: {
          exitCode: 137,
          reason: 'ContainerStatusUnknown',
          message: 'The container could not be located when the pod was terminated',
          containerID: `${runtimeName}://${container.id}`,
        },
      };
  }
}

const time = (nanoseconds: number) => rfc3339(nanoseconds / 1e6);
