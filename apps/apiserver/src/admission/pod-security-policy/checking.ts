import type { corev1, policyv1beta1 } from '@navarch/api';
import { field, Path } from '@navarch/apimachinery';
import { checkCapabilities } from './capabilities';
import { checkedContainers } from './containers';
import type { Container, Finding } from './finding';
import { checkGroups, checkUser, isUsableGroupRule, isUsableUserRule } from './ids';
import { checkAppArmor, checkContainerSeccomp, checkPodSeccomp } from './profiles';
import { checkSELinux, isUsableSELinuxRule } from './se-linux';
import { checkSysctls } from './sysctls';
import { checkVolumes } from './volumes';

type Policy = policyv1beta1.PodSecurityPolicy;
type Spec = policyv1beta1.PodSecurityPolicySpec;

const CONTEXT = Path.at('spec', 'securityContext');

/** isUsable: every rule of the policy is one that can be kept. Others pass the validation of the kind, and let no pod in. */
export function isUsable({ spec }: Policy): boolean {
  return (
    !!spec &&
    isUsableUserRule(spec.runAsUser) &&
    (!spec.runAsGroup || isUsableGroupRule(spec.runAsGroup)) &&
    isUsableSELinuxRule(spec.seLinux) &&
    isUsableGroupRule(spec.fsGroup) &&
    isUsableGroupRule(spec.supplementalGroups)
  );
}

/** checkPod tells in which ways a pod breaks a policy that is usable. Pure. */
export function checkPod(policy: Policy, pod: corev1.Pod, emulated: number): Finding[] {
  const spec = policy.spec!;
  const podSpec = pod.spec!;
  const { fsGroup, supplementalGroups = [], seLinuxOptions, sysctls = [] } = podSpec.securityContext ?? {};
  const containers = checkedContainers(podSpec, emulated);
  return [
    ...checkGroups(spec.fsGroup, fsGroup === undefined ? [] : [fsGroup], CONTEXT.child('fsGroup')),
    ...checkGroups(spec.supplementalGroups, supplementalGroups, CONTEXT.child('supplementalGroups')),
    ...checkPodSeccomp(policy, pod),
    ...checkSELinux(spec.seLinux, seLinuxOptions, CONTEXT.child('seLinuxOptions')),
    ...checkHostSharing(spec, podSpec),
    ...checkSysctls(spec, sysctls, emulated),
    ...checkVolumes(spec, podSpec.volumes ?? [], containers),
    ...checkRuntimeClass(spec.runtimeClass, podSpec.runtimeClassName),
    ...containers.flatMap(([container, path]) => checkContainer(policy, pod, container, path)),
  ];
}

function checkHostSharing(spec: Spec, pod: corev1.PodSpec): Finding[] {
  const check = (name: 'hostNetwork' | 'hostPID' | 'hostIPC', title: string) =>
    pod[name] && !spec[name] ? [field.invalid(CONTEXT.child(name), true, `${title} is not allowed to be used`)] : [];
  return [...check('hostNetwork', 'Host network'), ...check('hostPID', 'Host PID'), ...check('hostIPC', 'Host IPC')];
}

function checkRuntimeClass(rule: Spec['runtimeClass'], name: string | undefined): Finding[] {
  const allowed = rule?.allowedRuntimeClassNames ?? [];
  if (!rule || name === undefined || allowed.includes('*') || allowed.includes(name)) return [];
  return [field.invalid(Path.at('spec', 'runtimeClassName'), name, '')];
}

function checkContainer(policy: Policy, pod: corev1.Pod, container: Container, path: Path): Finding[] {
  const spec = policy.spec!;
  const at = path.child('securityContext');
  const own = container.securityContext ?? {};
  const effective = { ...pickInherited(pod.spec!.securityContext ?? {}), ...own };
  const { runAsGroup, procMount = 'Default' } = effective;
  const procMounts = spec.allowedProcMountTypes?.length ? spec.allowedProcMountTypes : ['Default'];
  return [
    ...checkUser(spec.runAsUser, effective, at),
    ...checkGroups(spec.runAsGroup, runAsGroup === undefined ? [] : [runAsGroup], at),
    ...checkSELinux(spec.seLinux, effective.seLinuxOptions, at.child('seLinuxOptions')),
    ...checkAppArmor(policy, pod, container),
    ...checkContainerSeccomp(policy, pod, container),
    ...(own.privileged && !spec.privileged
      ? [field.invalid(at.child('privileged'), true, 'Privileged containers are not allowed')]
      : []),
    ...(procMounts.includes(procMount)
      ? []
      : [field.invalid(at.child('procMount'), procMount, 'ProcMountType is not allowed')]),
    ...checkCapabilities(spec, own.capabilities, at.child('capabilities')),
    ...checkHostPorts(spec.hostPorts ?? [], container.ports ?? [], path.child('hostPort')),
    ...checkRootFilesystem(spec, own, at.child('readOnlyRootFilesystem')),
    ...(spec.allowPrivilegeEscalation === false && (own.allowPrivilegeEscalation ?? true)
      ? [
          field.invalid(
            at.child('allowPrivilegeEscalation'),
            own.allowPrivilegeEscalation,
            'Allowing privilege escalation for containers is not allowed',
          ),
        ]
      : []),
  ];
}

/** pickInherited are those settings of a pod that its containers have unless they say otherwise. */
function pickInherited({ runAsUser, runAsGroup, runAsNonRoot, seLinuxOptions }: corev1.PodSecurityContext) {
  return { runAsUser, runAsGroup, runAsNonRoot, seLinuxOptions };
}

function checkHostPorts(
  allowed: readonly policyv1beta1.HostPortRange[],
  ports: readonly corev1.ContainerPort[],
  path: Path,
): Finding[] {
  const text = allowed.map(({ min = 0, max = 0 }) => (min === max ? `${min}` : `${min}-${max}`)).join(',');
  return ports.flatMap(({ hostPort = 0 }) =>
    hostPort <= 0 || allowed.some(({ min = 0, max = 0 }) => hostPort >= min && hostPort <= max)
      ? []
      : [field.invalid(path, hostPort, `Host port ${hostPort} is not allowed to be used. Allowed ports: [${text}]`)],
  );
}

function checkRootFilesystem(spec: Spec, { readOnlyRootFilesystem }: corev1.SecurityContext, path: Path): Finding[] {
  if (!spec.readOnlyRootFilesystem || readOnlyRootFilesystem) return [];
  const must = 'must be set to true';
  return readOnlyRootFilesystem === undefined
    ? [field.invalid(path, undefined, `ReadOnlyRootFilesystem may not be nil and ${must}`)]
    : [field.invalid(path, false, `ReadOnlyRootFilesystem ${must}`)];
}
