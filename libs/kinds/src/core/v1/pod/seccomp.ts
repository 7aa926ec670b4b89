import type { corev1 } from '@navarch/api';

/** POD_SECCOMP is the annotation for all containers of a pod. */
export const POD_SECCOMP = 'seccomp.security.alpha.kubernetes.io/pod';
/** CONTAINER_SECCOMP begins the annotation for one container. */
export const CONTAINER_SECCOMP = 'container.seccomp.security.alpha.kubernetes.io/';
/** LOCALHOST begins a profile that is a file on the node. */
export const LOCALHOST = 'localhost/';

/** LAST_WITH_ANNOTATIONS is the last release that keeps seccomp annotations and fields in step. */
export const LAST_WITH_ANNOTATIONS = 26;

/** syncSeccomp fills in the newer fields from the older annotations and the other way round, in place. */
export function syncSeccomp(pod: corev1.Pod): void {
  const { metadata = {}, spec } = pod;
  if (!spec) return;
  const annotations: Record<string, string> = { ...metadata.annotations };
  const sync = (
    key: string,
    context: { seccompProfile?: corev1.SeccompProfile } | undefined,
    set: (profile: corev1.SeccompProfile) => void,
  ) => {
    const fromAnnotation = profileOf(annotations[key]);
    if (context?.seccompProfile) {
      const text = seccompAnnotation(context.seccompProfile);
      if (text !== undefined) annotations[key] ??= text;
    } else if (fromAnnotation) set(fromAnnotation);
  };
  sync(POD_SECCOMP, spec.securityContext, profile => ((spec.securityContext ??= {}).seccompProfile = profile));
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    sync(
      CONTAINER_SECCOMP + container.name,
      container.securityContext,
      profile => ((container.securityContext ??= {}).seccompProfile = profile),
    );
  }
  if (Object.keys(annotations).length) (pod.metadata = metadata).annotations = annotations;
}

function profileOf(annotation: string | undefined): corev1.SeccompProfile | undefined {
  if (annotation === undefined) return undefined;
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default' || annotation === 'docker/default') return { type: 'RuntimeDefault' };
  return annotation.startsWith(LOCALHOST)
    ? { type: 'Localhost', localhostProfile: annotation.slice(LOCALHOST.length) }
    : undefined;
}

/** seccompAnnotation is a profile as an annotation names it; undefined for one that is incomplete. */
export function seccompAnnotation({ type, localhostProfile }: corev1.SeccompProfile): string | undefined {
  if (type === 'Unconfined') return 'unconfined';
  if (type === 'RuntimeDefault') return 'runtime/default';
  return type === 'Localhost' && localhostProfile !== undefined ? `${LOCALHOST}${localhostProfile}` : undefined;
}
