import type { corev1 } from '@navarch/api';
import type {
  ContainerConfig,
  Image,
  LinuxContainerResources,
  LinuxContainerSecurityContext,
  Mount,
} from '@navarch/cri';
import { expand } from '../environment/expansion';
import { containerAnnotations, containerLabels } from './labels';

/** ContainerFactsForConfig are what a container's configuration needs beyond its spec. */
export interface ContainerInputs {
  readonly image: Image;
  readonly env: ReadonlyMap<string, string>;
  readonly mounts: readonly Mount[];
  readonly restartCount: number;
  readonly resources: LinuxContainerResources;
  readonly security: LinuxContainerSecurityContext;
}

/** containerLogPath is a container's log below its pod's directory: `<container>/<n>.log`. */
export function containerLogPath(containerName: string, restartCount: number): string {
  return `${containerName}/${restartCount}.log`;
}

/** containerConfig is a container as the runtime is told of it. Pure. */
export function containerConfig(
  pod: corev1.Pod,
  container: corev1.Container,
  inputs: ContainerInputs,
): ContainerConfig {
  const { env, restartCount } = inputs;
  const expanded = (words: readonly string[] = []) => words.map(word => expand(word, name => env.get(name)));
  return {
    metadata: { name: container.name, attempt: restartCount },
    image: { image: inputs.image.id },
    command: expanded(container.command),
    args: expanded(container.args),
    workingDir: container.workingDir ?? '',
    envs: [...env].map(([key, value]) => ({ key, value })),
    mounts: inputs.mounts,
    devices: [],
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, restartCount),
    logPath: containerLogPath(container.name, restartCount),
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    linux: { resources: inputs.resources, securityContext: inputs.security },
  };
}
