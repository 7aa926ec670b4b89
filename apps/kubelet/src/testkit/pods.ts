import type { corev1 } from '@navarch/api';
import type { PodSandboxStatus } from '@navarch/cri';
import { containerAnnotations, containerLabels } from '../runtime/labels';
import type { RuntimeContainer, RuntimePod } from '../runtime/runtime-pod';

/** podWith makes a pod for a test. */
export function podWith(spec: Partial<corev1.PodSpec> = {}, metadata: corev1.Pod['metadata'] = {}): corev1.Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u1', ...metadata },
    spec: { containers: [{ name: 'main', image: 'nginx:1' }], ...spec },
  };
}

/** State is how a test says what a container does: running, created, or the code it ended with. */
export type State = 'running' | 'created' | number;

const SECOND = 1e9;

/** containerOf makes a container as the runtime has it. `at` orders them: larger is newer. */
export function containerOf(
  pod: corev1.Pod,
  name: string,
  state: State,
  at = 1,
  more: Partial<RuntimeContainer> = {},
): RuntimeContainer {
  const all = [
    ...(pod.spec?.initContainers ?? []),
    ...(pod.spec?.containers ?? []),
    ...((pod.spec?.ephemeralContainers ?? []) as corev1.Container[]),
  ];
  const container = all.find(c => c.name === name) ?? { name };
  return {
    id: `${name}-${at}`,
    podSandboxId: 'sandbox-0',
    metadata: { name, attempt: 0 },
    state: state === 'running' ? 'CONTAINER_RUNNING' : state === 'created' ? 'CONTAINER_CREATED' : 'CONTAINER_EXITED',
    createdAt: at * SECOND,
    startedAt: at * SECOND,
    finishedAt: typeof state === 'number' ? (at + 1) * SECOND : 0,
    exitCode: typeof state === 'number' ? state : 0,
    image: { image: container.image ?? '' },
    imageRef: 'sha256:1',
    reason: state === 0 ? 'Completed' : typeof state === 'number' ? 'Error' : '',
    message: '',
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, 0),
    mounts: [],
    logPath: '',
    ...more,
  };
}

/** sandboxOf makes a sandbox as the runtime has it. */
export function sandboxOf(
  state: 'SANDBOX_READY' | 'SANDBOX_NOTREADY' = 'SANDBOX_READY',
  attempt = 0,
): PodSandboxStatus {
  return {
    id: `sandbox-${attempt}`,
    metadata: { name: 'web', namespace: 'default', uid: 'u1', attempt },
    state,
    createdAt: attempt * SECOND,
    labels: {},
    annotations: {},
    network: { ip: '10.244.0.5', additionalIps: [] },
    linux: { namespaces: { options: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' } } },
  };
}

/** runtimePodOf makes a pod as the runtime has it; newest containers first. */
export function runtimePodOf(
  containers: readonly RuntimeContainer[],
  sandboxes: readonly PodSandboxStatus[] = [sandboxOf()],
): RuntimePod {
  return {
    uid: 'u1',
    namespace: 'default',
    name: 'web',
    sandboxes,
    containers: [...containers].sort((a, b) => b.createdAt - a.createdAt),
  };
}
