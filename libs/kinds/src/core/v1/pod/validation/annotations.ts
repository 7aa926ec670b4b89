import type { corev1, metav1 } from '@navarch/api';
import { field, foundIn, isRecord, type FieldError, type Path } from '@navarch/apimachinery';
import { readAnnotation, type AnnotationForm } from '../../../../shared/annotation-json';
import type { Release } from '../../../../shared/errors';
import { CONTAINER_SECCOMP, LAST_WITH_ANNOTATIONS, LOCALHOST, POD_SECCOMP } from '../seccomp';
import { validateDescendingPath } from './paths';
import { validateTolerations } from './tolerations';

const MIRROR = 'kubernetes.io/config.mirror';
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const SPECIAL_SECCOMP = ['runtime/default', 'docker/default', 'unconfined'];

/** allContainers are a pod's containers of all sorts, each with its place in the spec. */
function allContainers(spec: corev1.PodSpec): { container: corev1.Container; list: string; index: number }[] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap(list =>
    ((spec[list] ?? []) as readonly corev1.Container[]).map((container, index) => ({ container, list, index })),
  );
}

/** validatePodAnnotations checks the annotations of a pod or template that the node acts upon. */
export function validatePodAnnotations(
  annotations: Readonly<Record<string, string>> = {},
  spec: corev1.PodSpec,
  path: Path,
): FieldError[] {
  const entries = Object.entries(annotations);
  const mirror = annotations[MIRROR];
  return [
    ...(mirror !== undefined && !spec.nodeName
      ? [field.invalid(path.key(MIRROR), mirror, 'must set spec.nodeName if mirror pod annotation is set')]
      : []),
    ...validateTolerationsOf(annotations, path),
    ...foundIn(entries, ([key, profile]) => (key === POD_SECCOMP ? validateSeccomp(profile, path.child(key)) : [])),
    ...foundIn(entries, ([key, profile]) =>
      key.startsWith(CONTAINER_SECCOMP) ? validateSeccomp(profile, path.child(key)) : [],
    ),
    ...foundIn(entries, ([key, profile]) =>
      key.startsWith(APPARMOR) ? validateAppArmor(key.slice(APPARMOR.length), profile, spec, path.key(key)) : [],
    ),
  ];
}

const TOLERATIONS: AnnotationForm = {
  key: 'scheduler.alpha.kubernetes.io/tolerations',
  goType: '[]core.Toleration',
  list: true,
};

function validateTolerationsOf(annotations: Readonly<Record<string, string>>, path: Path): FieldError[] {
  const { value, errors } = readAnnotation(annotations, TOLERATIONS, path);
  const list = Array.isArray(value) ? value.filter(isRecord) : [];
  return [...errors, ...validateTolerations(list, path.child(TOLERATIONS.key))];
}

/** validateSeccomp checks a seccomp profile as annotations name it. */
export function validateSeccomp(profile: string, path: Path): FieldError[] {
  if (SPECIAL_SECCOMP.includes(profile)) return [];
  if (profile.startsWith(LOCALHOST)) return validateDescendingPath(profile.slice(LOCALHOST.length), path);
  return [field.invalid(path, profile, 'must be a valid seccomp profile')];
}

function validateAppArmor(name: string, profile: string, spec: corev1.PodSpec, path: Path): FieldError[] {
  const known = allContainers(spec).some(({ container }) => container.name === name);
  return [
    ...(known ? [] : [field.invalid(path, name, 'container not found')]),
    ...validateAppArmorProfile(profile, profile, path),
  ];
}

/** validateAppArmorProfile checks the name of an AppArmor profile; `value` is the text that it was found in. */
export function validateAppArmorProfile(profile: string, value: string, path: Path): FieldError[] {
  const fine =
    profile === '' || profile === 'runtime/default' || profile === 'unconfined' || profile.startsWith(LOCALHOST);
  return fine ? [] : [field.invalid(path, value, `invalid AppArmor profile name: ${JSON.stringify(profile)}`)];
}

/** validateSeccompMatch: where a profile is given by annotation and by field, both have to say the same. */
export function validateSeccompMatch(
  { annotations = {} }: metav1.ObjectMeta,
  spec: corev1.PodSpec,
  path: Path,
  { emulated }: Release,
): FieldError[] {
  if (emulated > LAST_WITH_ANNOTATIONS) return [];
  const compare = (key: string, context: { seccompProfile?: corev1.SeccompProfile } | undefined, at: Path) => {
    const annotation = annotations[key];
    const profile = context?.seccompProfile;
    return profile && annotation !== undefined
      ? mismatch(annotation, profile, at.child('securityContext', 'seccompProfile'))
      : [];
  };
  return [
    ...compare(POD_SECCOMP, spec.securityContext, path),
    ...foundIn(allContainers(spec), ({ container, list, index }) =>
      compare(CONTAINER_SECCOMP + container.name, container.securityContext, path.child(list).index(index)),
    ),
  ];
}

function mismatch(annotation: string, { type, localhostProfile }: corev1.SeccompProfile, path: Path): FieldError[] {
  const types = [field.forbidden(path.child('type'), 'seccomp type in annotation and field must match')];
  switch (type) {
    case 'Unconfined':
      return annotation === 'unconfined' ? [] : types;
    case 'RuntimeDefault':
      return annotation === 'runtime/default' || annotation === 'docker/default' ? [] : types;
    case 'Localhost':
      if (!annotation.startsWith(LOCALHOST)) return types;
      return annotation.slice(LOCALHOST.length) === localhostProfile
        ? []
        : [field.forbidden(path.child('localhostProfile'), 'seccomp profile in annotation and field must match')];
    default:
      return [];
  }
}

/** validateAnnotationChanges: what the node has acted upon stays as it is. */
export function validateAnnotationChanges(pod: corev1.Pod, old: corev1.Pod, path: Path): FieldError[] {
  const now = pod.metadata?.annotations ?? {};
  const before = old.metadata?.annotations ?? {};
  const changed = Object.keys(before).filter(key => now[key] !== before[key]);
  const added = Object.keys(now).filter(key => !Object.hasOwn(before, key));
  const refuse = (keys: readonly string[], what: string) =>
    foundIn(keys, key => {
      if (key.startsWith(APPARMOR)) return [field.forbidden(path.key(key), `may not ${what} AppArmor annotations`)];
      return key === MIRROR ? [field.forbidden(path.key(key), `may not ${what} mirror pod annotation`)] : [];
    });
  return [
    ...refuse(changed, 'remove or update'),
    ...refuse(added, 'add'),
    ...validatePodAnnotations(now, pod.spec ?? { containers: [] }, path),
  ];
}
