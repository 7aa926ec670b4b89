import type { corev1 } from '@navarch/api';
import { requiredNodeMatch, tolerates } from '@navarch/component-helpers';
import { amounts, podAmounts } from '../resources/pod-resources';
import { forbiddenSysctl } from '../runtime/sysctls';

/** Rejection is why a node does not take a pod: it becomes Failed with this reason. */
export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

/** AdmissionInput is what a node decides by. */
export interface AdmissionInput {
  readonly pod: corev1.Pod;
  readonly node: corev1.Node | undefined;
  /** others are the pods that the node has taken and that have not ended. */
  readonly others: readonly corev1.Pod[];
  /** sysctls are the kernel parameters that pods may set here. */
  readonly sysctls: readonly string[];
}

/** admitPod decides whether the node takes the pod: kernel parameters, selector and affinity, taints NoExecute, host ports, resources. Pure. */
export function admitPod({ pod, node, others, sysctls }: AdmissionInput): Rejection | undefined {
  const spec = pod.spec!;
  const forbidden = forbiddenSysctl(spec, sysctls);
  if (forbidden) return { reason: 'SysctlForbidden', message: forbidden };
  if (!node) return undefined;
  if (!requiredNodeMatch(pod, node)) return { reason: 'NodeAffinity', message: 'Predicate NodeAffinity failed' };
  if (!toleratesNoExecute(spec, node.spec?.taints ?? []))
    return { reason: 'TaintToleration', message: 'Predicate TaintToleration failed' };
  if (portsTaken(spec, others)) return { reason: 'NodePorts', message: 'Predicate NodePorts failed' };
  return tooLittle(spec, node.status?.allocatable ?? {}, others);
}

function tooLittle(
  spec: corev1.PodSpec,
  allocatable: Readonly<Record<string, string>>,
  others: readonly corev1.Pod[],
): Rejection | undefined {
  const capacity = amounts(allocatable);
  const lacking = (resource: string, requested: number, used: number): Rejection => ({
    reason: `OutOf${resource}`,
    message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity.get(resource) ?? 0}`,
  });
  if (capacity.has('pods') && others.length + 1 > capacity.get('pods')!) return lacking('pods', 1, others.length);
  const used = new Map<string, number>();
  for (const other of others)
    for (const [name, value] of podAmounts(other.spec!, 'requests')) used.set(name, (used.get(name) ?? 0) + value);
  for (const [name, requested] of podAmounts(spec, 'requests')) {
    if (requested > 0 && (used.get(name) ?? 0) + requested > (capacity.get(name) ?? 0))
      return lacking(name, requested, used.get(name) ?? 0);
  }
  return undefined;
}

function portsTaken(spec: corev1.PodSpec, others: readonly corev1.Pod[]): boolean {
  const portsOf = (s: corev1.PodSpec) => s.containers.flatMap(c => c.ports ?? []).filter(port => port.hostPort);
  const taken = others.flatMap(other => portsOf(other.spec!));
  const everywhere = (ip: string | undefined) => !ip || ip === '0.0.0.0' || ip === '::';
  return portsOf(spec).some(port =>
    taken.some(
      other =>
        other.hostPort === port.hostPort &&
        (other.protocol ?? 'TCP') === (port.protocol ?? 'TCP') &&
        (everywhere(other.hostIP) || everywhere(port.hostIP) || other.hostIP === port.hostIP),
    ),
  );
}

function toleratesNoExecute(spec: corev1.PodSpec, taints: readonly corev1.Taint[]): boolean {
  return taints.every(taint => taint.effect !== 'NoExecute' || tolerates(spec.tolerations, taint));
}
