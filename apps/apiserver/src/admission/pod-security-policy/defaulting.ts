import type { corev1, policyv1beta1 } from '@navarch/api';
import { POD_SECCOMP } from '@navarch/kinds';
import { defaultCapabilities } from './capabilities';
import { allContainers } from './containers';
import type { Container } from './finding';
import { defaultId } from './ids';
import { defaultAppArmor, defaultSeccomp } from './profiles';
import { defaultSELinux } from './se-linux';

type Policy = policyv1beta1.PodSecurityPolicy;

/** applyDefaults gives a pod, in place, what the policy wants of pods that do not say otherwise. Whether it may have it is checked afterwards. */
export function applyDefaults(policy: Policy, pod: corev1.Pod): void {
  const policySpec = policy.spec!;
  const spec = pod.spec!;
  const context = spec.securityContext;
  const supplementalGroup = defaultId(policySpec.supplementalGroups);
  const given: corev1.PodSecurityContext = {};
  if (!context?.supplementalGroups && supplementalGroup !== undefined) given.supplementalGroups = [supplementalGroup];
  set(given, 'fsGroup', context?.fsGroup ?? defaultId(policySpec.fsGroup));
  set(given, 'seLinuxOptions', context?.seLinuxOptions ?? defaultSELinux(policySpec.seLinux));
  const seccomp = defaultSeccomp(policy, pod);
  if (seccomp) annotate(pod, POD_SECCOMP, seccomp);
  if (Object.keys(given).length) spec.securityContext = { ...context, ...given };
  const runtimeClass = policySpec.runtimeClass?.defaultRuntimeClassName;
  if (runtimeClass !== undefined) spec.runtimeClassName ??= runtimeClass;
  for (const container of allContainers(spec)) {
    const profile = defaultAppArmor(policy, pod, container);
    if (profile) annotate(pod, ...profile);
    defaultContainer(policySpec, spec.securityContext, container);
  }
}

function defaultContainer(
  policy: policyv1beta1.PodSecurityPolicySpec,
  ofPod: corev1.PodSecurityContext = {},
  container: Container,
): void {
  const own = container.securityContext ?? {};
  const given: corev1.SecurityContext = {};
  const runAsUser = own.runAsUser ?? ofPod.runAsUser;
  if (runAsUser === undefined) set(given, 'runAsUser', defaultId(policy.runAsUser));
  if ((own.runAsGroup ?? ofPod.runAsGroup) === undefined) set(given, 'runAsGroup', defaultId(policy.runAsGroup));
  if (!own.seLinuxOptions && !ofPod.seLinuxOptions) set(given, 'seLinuxOptions', defaultSELinux(policy.seLinux));
  // Who names no user is held to it by the kubelet, which looks at the image.
  const asksKubelet = policy.runAsUser?.rule === 'MustRunAsNonRoot' && runAsUser === undefined;
  if (asksKubelet && (own.runAsNonRoot ?? ofPod.runAsNonRoot) === undefined) given.runAsNonRoot = true;
  const capabilities = defaultCapabilities(policy, own.capabilities);
  if (capabilities !== own.capabilities) set(given, 'capabilities', capabilities);
  if (policy.readOnlyRootFilesystem && own.readOnlyRootFilesystem === undefined) given.readOnlyRootFilesystem = true;
  const escalation =
    policy.defaultAllowPrivilegeEscalation ?? (policy.allowPrivilegeEscalation === false ? false : undefined);
  if (own.allowPrivilegeEscalation === undefined) set(given, 'allowPrivilegeEscalation', escalation);
  if (Object.keys(given).length) container.securityContext = { ...own, ...given };
}

function annotate(pod: corev1.Pod, key: string, value: string): void {
  pod.metadata = { ...pod.metadata, annotations: { ...pod.metadata?.annotations, [key]: value } };
}

function set<T extends object, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void {
  if (value !== undefined) target[key] = value;
}
