import type { corev1, metav1 } from '@navarch/api';
import type { Minor } from '../../../kind';
import type { Release } from '../../../shared/errors';
import { GO_NO_TIME, goPointer, goStringMap, goStrings } from '../../../shared/go-syntax';

/** Member is a field of a Go struct with how it is shown. */
type Member = readonly [name: string, shown: string];

const quoted = (text: string | undefined) => JSON.stringify(text ?? '');
const struct = (type: string, members: readonly Member[]) =>
  `${type}{${members.map(([name, shown]) => `${name}:${shown}`).join(', ')}}`;
const list = <T>(type: string, items: readonly T[] | undefined, show: (item: T) => string) =>
  items?.length ? `[]${type}{${items.map(show).join(', ')}}` : `[]${type}(nil)`;
/** since is a member that not every release has. */
const since = (isKnown: boolean, member: Member): Member[] => (isKnown ? [member] : []);
/** opaque is a list whose items are not shown in full. */
const opaque = (type: string, items: readonly unknown[] | undefined) => list(type, items, () => `${type}{}`);

/**
 * goTemplate renders a pod template as messages up to release 1.33 do, which nobody reads but some compare. Addresses have no
 * meaning; of lists within containers and of volumes only the number is told.
 */
export function goTemplate({ metadata, spec }: corev1.PodTemplateSpec, { emulated }: Release): string {
  return struct('core.PodTemplateSpec', [
    ['ObjectMeta', goMeta(metadata ?? {}, emulated)],
    ['Spec', goSpec(spec ?? { containers: [] }, emulated)],
  ]);
}

function goMeta({ name, generateName, namespace, labels, annotations }: metav1.ObjectMeta, emulated: Minor): string {
  return struct('v1.ObjectMeta', [
    ['Name', quoted(name)],
    ['GenerateName', quoted(generateName)],
    ['Namespace', quoted(namespace)],
    ['SelfLink', '""'],
    ['UID', '""'],
    ['ResourceVersion', '""'],
    ['Generation', '0'],
    ['CreationTimestamp', GO_NO_TIME],
    ['DeletionTimestamp', '<nil>'],
    ['DeletionGracePeriodSeconds', '(*int64)(nil)'],
    ['Labels', goStringMap(labels)],
    ['Annotations', goStringMap(annotations)],
    ['OwnerReferences', '[]v1.OwnerReference(nil)'],
    ['Finalizers', '[]string(nil)'],
    ...since(emulated < 24, ['ClusterName', '""']),
    ['ManagedFields', '[]v1.ManagedFieldsEntry(nil)'],
  ]);
}

function goSpec(spec: corev1.PodSpec, emulated: Minor): string {
  const shown = (container: corev1.Container) => goContainer(container, emulated);
  return struct('core.PodSpec', [
    ['Volumes', opaque('core.Volume', spec.volumes)],
    ['InitContainers', list('core.Container', spec.initContainers, shown)],
    ['Containers', list('core.Container', spec.containers, shown)],
    ['EphemeralContainers', opaque('core.EphemeralContainer', spec.ephemeralContainers)],
    ['RestartPolicy', quoted(spec.restartPolicy)],
    ['TerminationGracePeriodSeconds', goPointer('int64', spec.terminationGracePeriodSeconds)],
    ['ActiveDeadlineSeconds', goPointer('int64', spec.activeDeadlineSeconds)],
    ['DNSPolicy', quoted(spec.dnsPolicy)],
    ['NodeSelector', goStringMap(spec.nodeSelector)],
    ['ServiceAccountName', quoted(spec.serviceAccountName)],
    ['AutomountServiceAccountToken', goPointer('bool', spec.automountServiceAccountToken)],
    ['NodeName', quoted(spec.nodeName)],
    ['SecurityContext', goPointer('core.PodSecurityContext', spec.securityContext)],
    [
      'ImagePullSecrets',
      list('core.LocalObjectReference', spec.imagePullSecrets, ({ name }) =>
        struct('core.LocalObjectReference', [['Name', quoted(name)]]),
      ),
    ],
    ['Hostname', quoted(spec.hostname)],
    ['Subdomain', quoted(spec.subdomain)],
    ['SetHostnameAsFQDN', goPointer('bool', spec.setHostnameAsFQDN)],
    ['Affinity', goPointer('core.Affinity', spec.affinity)],
    ['SchedulerName', quoted(spec.schedulerName)],
    ['Tolerations', opaque('core.Toleration', spec.tolerations)],
    ['HostAliases', opaque('core.HostAlias', spec.hostAliases)],
    ['PriorityClassName', quoted(spec.priorityClassName)],
    ['Priority', goPointer('int32', spec.priority)],
    ['PreemptionPolicy', goPointer('core.PreemptionPolicy', spec.preemptionPolicy)],
    ['DNSConfig', goPointer('core.PodDNSConfig', spec.dnsConfig)],
    ['ReadinessGates', opaque('core.PodReadinessGate', spec.readinessGates)],
    ['RuntimeClassName', goPointer('string', spec.runtimeClassName)],
    ['Overhead', 'core.ResourceList(nil)'],
    ['EnableServiceLinks', goPointer('bool', spec.enableServiceLinks)],
    ['TopologySpreadConstraints', opaque('core.TopologySpreadConstraint', spec.topologySpreadConstraints)],
    ...since(emulated >= 22, ['OS', goPointer('core.PodOS', spec.os)]),
    ...since(emulated >= 26, ['SchedulingGates', opaque('core.PodSchedulingGate', spec.schedulingGates)]),
    ...since(emulated >= 26, ['ResourceClaims', opaque('core.PodResourceClaim', spec.resourceClaims)]),
    ...since(emulated >= 32, ['Resources', goPointer('core.ResourceRequirements', spec.resources)]),
  ]);
}

function goContainer(container: corev1.Container, emulated: Minor): string {
  const amounts = 'core.ResourceList(nil)';
  const claims = emulated < 26 ? '' : `, Claims:${opaque('core.ResourceClaim', container.resources?.claims)}`;
  return struct('core.Container', [
    ['Name', quoted(container.name)],
    ['Image', quoted(container.image)],
    ['Command', goStrings(container.command)],
    ['Args', goStrings(container.args)],
    ['WorkingDir', quoted(container.workingDir)],
    ['Ports', opaque('core.ContainerPort', container.ports)],
    ['EnvFrom', opaque('core.EnvFromSource', container.envFrom)],
    ['Env', opaque('core.EnvVar', container.env)],
    ['Resources', `core.ResourceRequirements{Limits:${amounts}, Requests:${amounts}${claims}}`],
    ...since(emulated >= 27, ['ResizePolicy', opaque('core.ContainerResizePolicy', container.resizePolicy)]),
    ...since(emulated >= 28, ['RestartPolicy', goPointer('core.ContainerRestartPolicy', container.restartPolicy)]),
    ['VolumeMounts', opaque('core.VolumeMount', container.volumeMounts)],
    ['VolumeDevices', opaque('core.VolumeDevice', container.volumeDevices)],
    ['LivenessProbe', goPointer('core.Probe', container.livenessProbe)],
    ['ReadinessProbe', goPointer('core.Probe', container.readinessProbe)],
    ['StartupProbe', goPointer('core.Probe', container.startupProbe)],
    ['Lifecycle', goPointer('core.Lifecycle', container.lifecycle)],
    ['TerminationMessagePath', quoted(container.terminationMessagePath)],
    ['TerminationMessagePolicy', quoted(container.terminationMessagePolicy)],
    ['ImagePullPolicy', quoted(container.imagePullPolicy)],
    ['SecurityContext', goPointer('core.SecurityContext', container.securityContext)],
    ['Stdin', String(container.stdin ?? false)],
    ['StdinOnce', String(container.stdinOnce ?? false)],
    ['TTY', String(container.tty ?? false)],
  ]);
}
