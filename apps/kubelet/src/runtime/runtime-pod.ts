import type { ContainerStatus, PodSandboxStatus } from '@navarch/cri';
import { CONTAINER_NAME } from './labels';

/** RuntimePod is a pod as the runtime has it. */
export interface RuntimePod {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  /** sandboxes are newest first. */
  readonly sandboxes: readonly PodSandboxStatus[];
  /** containers are newest first, over all names. */
  readonly containers: readonly RuntimeContainer[];
}

/** RuntimeContainer is a container's status with the message it left when it ended. */
export interface RuntimeContainer extends ContainerStatus {
  readonly podSandboxId: string;
  readonly terminationMessage?: string;
}

export const emptyRuntimePod = (uid: string, namespace: string, name: string): RuntimePod => ({
  uid,
  name,
  namespace,
  sandboxes: [],
  containers: [],
});

/** newestOf is the latest container of a name. */
export function newestOf(pod: RuntimePod, containerName: string): RuntimeContainer | undefined {
  return pod.containers.find(container => nameOf(container) === containerName);
}

/** nameOf is the name of the container in the pod's spec. */
export function nameOf(container: ContainerStatus): string {
  return container.labels[CONTAINER_NAME] ?? container.metadata.name;
}

/** readySandbox is the sandbox the pod lives in now. */
export function readySandbox(pod: RuntimePod): PodSandboxStatus | undefined {
  return pod.sandboxes[0]?.state === 'SANDBOX_READY' ? pod.sandboxes[0] : undefined;
}

/** podIpsOf are the addresses of the current sandbox. */
export function podIpsOf(pod: RuntimePod): readonly string[] {
  const { network } = readySandbox(pod) ?? {};
  return network?.ip ? [network.ip, ...network.additionalIps.map(({ ip }) => ip)] : [];
}

export const isRunning = (container: ContainerStatus) => container.state === 'CONTAINER_RUNNING';
export const hasExited = (container: ContainerStatus) => container.state === 'CONTAINER_EXITED';
/** anythingRuns: a container or a sandbox of the pod is still alive. */
export function anythingRuns(pod: RuntimePod): boolean {
  return pod.containers.some(isRunning) || pod.sandboxes.some(sandbox => sandbox.state === 'SANDBOX_READY');
}
