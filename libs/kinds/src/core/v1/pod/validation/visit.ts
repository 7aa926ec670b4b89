import type { corev1 } from '@navarch/api';
import { foundIn, type FieldError, type Path } from '@navarch/apimachinery';

/** findInContainers is what is found in the init and main containers of a pod, each with its place. Either list may be null, as somebody sent it. */
export function findInContainers(
  { initContainers, containers }: corev1.PodSpec,
  path: Path,
  find: (container: corev1.Container, at: Path) => FieldError[],
): FieldError[] {
  return [
    ...foundIn(initContainers, (container, i) => find(container, path.child('initContainers').index(i))),
    ...foundIn(containers, (container, i) => find(container, path.child('containers').index(i))),
  ];
}
