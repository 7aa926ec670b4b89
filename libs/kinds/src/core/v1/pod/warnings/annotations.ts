import type { corev1 } from '@navarch/api';
import type { Path } from '@navarch/apimachinery';

const SYSCTLS = 'non-functional in v1.11+; use the "sysctls" field instead';
const GONE: readonly (readonly [key: string, advice: string])[] = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', SYSCTLS],
  ['security.alpha.kubernetes.io/unsafe-sysctls', SYSCTLS],
];

/** annotationWarnings warn of annotations of a pod or template that nothing reads. */
export function annotationWarnings({ metadata }: corev1.PodTemplateSpec, path: Path): string[] {
  const given = metadata?.annotations ?? {};
  return GONE.filter(([key]) => Object.hasOwn(given, key)).map(([key, advice]) => annotationWarning(path, key, advice));
}

/** annotationWarning is the warning of one annotation of a pod or template that stands at `path`. */
export const annotationWarning = (path: Path, key: string, advice: string): string =>
  `${path.child('metadata', 'annotations').key(key).toString()}: ${advice}`;
