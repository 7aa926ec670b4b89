import type { corev1 } from '@navarch/api';
import { Path } from '@navarch/apimachinery';
import type { Container } from './finding';

/** EPHEMERAL_SINCE is the first release whose policies look at ephemeral containers. */
const EPHEMERAL_SINCE = 23;

/** allContainers are a pod's containers of every sort. */
export function allContainers(spec: corev1.PodSpec): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
}

/** checkedContainers are those that policies of a release look at, with their paths. */
export function checkedContainers(spec: corev1.PodSpec, emulated: number): (readonly [Container, Path])[] {
  const lists = [
    'initContainers',
    'containers',
    ...(emulated >= EPHEMERAL_SINCE ? ['ephemeralContainers'] : []),
  ] as const;
  return lists.flatMap(list =>
    ((spec[list as 'containers'] ?? []) as Container[]).map(
      (container, i) => [container, Path.at('spec', list).index(i)] as const,
    ),
  );
}
