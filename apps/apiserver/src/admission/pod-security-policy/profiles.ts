import type { corev1, policyv1beta1 } from '@navarch/api';
import { field } from '@navarch/apimachinery';
import { CONTAINER_SECCOMP, POD_SECCOMP, seccompAnnotation } from '@navarch/kinds';
import { ANNOTATIONS, type Container, type Finding } from './finding';

type Policy = policyv1beta1.PodSecurityPolicy;

const SECCOMP = 'seccomp.security.alpha.kubernetes.io';
const APPARMOR = 'apparmor.security.beta.kubernetes.io';
const CONTAINER_APPARMOR = `container.${APPARMOR}/`;
/** RUNTIME_DEFAULTS are two names of one seccomp profile: who allows one allows the other. */
const RUNTIME_DEFAULTS = ['runtime/default', 'docker/default'];

const annotation = ({ metadata }: Policy | corev1.Pod, key: string): string | undefined => metadata?.annotations?.[key];

/** podSeccomp is the seccomp profile of a pod as its annotation names it: by the annotation itself, or else by the field. '' for none. */
export function podSeccomp(pod: corev1.Pod): string {
  return annotation(pod, POD_SECCOMP) || profileText(pod.spec?.securityContext?.seccompProfile);
}

/** defaultSeccomp is the profile that a pod gets: its own, or the one that the policy gives to those without. '' for none. */
export function defaultSeccomp(policy: Policy, pod: corev1.Pod): string {
  const own = annotation(pod, POD_SECCOMP);
  if (own) return own;
  const profile = pod.spec?.securityContext?.seccompProfile;
  return profile ? profileText(profile) : (annotation(policy, `${SECCOMP}/defaultProfileName`) ?? '');
}

/** checkPodSeccomp holds a pod's seccomp profile against those that a policy allows; a policy that names none allows none to be set. */
export function checkPodSeccomp(policy: Policy, pod: corev1.Pod): Finding[] {
  return checkSeccomp(policy, podSeccomp(pod), POD_SECCOMP);
}

/** checkContainerSeccomp does so for a container, which has its pod's unless it has its own. */
export function checkContainerSeccomp(policy: Policy, pod: corev1.Pod, container: Container): Finding[] {
  const key = CONTAINER_SECCOMP + container.name;
  const own = container.securityContext?.seccompProfile;
  const ofPod = pod.spec?.securityContext?.seccompProfile;
  const inherited = () => (ofPod ? profileText(ofPod) : (annotation(pod, POD_SECCOMP) ?? ''));
  return checkSeccomp(policy, own ? profileText(own) : (annotation(pod, key) ?? inherited()), key);
}

function checkSeccomp(policy: Policy, profile: string, key: string): Finding[] {
  const text = annotation(policy, `${SECCOMP}/allowedProfileNames`);
  const named = text?.split(',') ?? [];
  if (named.includes('*') || (!named.length && !profile)) return [];
  const path = ANNOTATIONS.key(key);
  if (!named.length) return [field.forbidden(path, 'seccomp may not be set')];
  const isAllowed =
    named.includes(profile) ||
    (RUNTIME_DEFAULTS.includes(profile) && RUNTIME_DEFAULTS.some(name => named.includes(name)));
  if (isAllowed) return [];
  return [field.forbidden(path, `${profile} is not an allowed seccomp profile. Valid values are ${text}`)];
}

const profileText = (profile: corev1.SeccompProfile | undefined): string =>
  (profile && seccompAnnotation(profile)) ?? '';

/** defaultAppArmor is the annotation that gives a container without an AppArmor profile the policy's default one; undefined for none. */
export function defaultAppArmor(
  policy: Policy,
  pod: corev1.Pod,
  { name }: Container,
): readonly [key: string, profile: string] | undefined {
  const profile = annotation(policy, `${APPARMOR}/defaultProfileName`);
  const key = CONTAINER_APPARMOR + name;
  return profile && !annotation(pod, key) ? [key, profile] : undefined;
}

/** checkAppArmor holds a container's AppArmor profile against those that a policy allows; a policy that names none allows all. */
export function checkAppArmor(policy: Policy, pod: corev1.Pod, { name }: Container): Finding[] {
  const allowed = annotation(policy, `${APPARMOR}/allowedProfileNames`);
  if (allowed === undefined) return [];
  const key = CONTAINER_APPARMOR + name;
  const profile = annotation(pod, key);
  const path = ANNOTATIONS.key(key);
  if (!profile) return [field.forbidden(path, 'AppArmor profile must be set')];
  if (allowed.split(',').includes(profile)) return [];
  return [field.forbidden(path, `${profile} is not an allowed profile. Allowed values: ${JSON.stringify(allowed)}`)];
}
