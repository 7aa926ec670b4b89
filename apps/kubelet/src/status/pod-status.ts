import type { corev1 } from '@navarch/api';
import { rfc3339 } from '@navarch/base';
import { qosClass } from '../resources/pod-resources';
import type { Features } from '../features';
import { podIpsOf, readySandbox, type RuntimePod } from '../runtime/runtime-pod';
import { OWNED, podConditions, withTimes } from './conditions';
import { containerStatuses, type ContainerFacts } from './container-statuses';
import { podPhase, type PodPhase } from './phase';

/** PodStatusInput is all that a pod's status follows from. */
export interface PodStatusInput {
  readonly pod: corev1.Pod;
  readonly current: RuntimePod;
  readonly facts: ContainerFacts;
  readonly runtimeName: string;
  readonly hostIPs: readonly string[];
  /** previous is the status told before, or the API's after a restart. */
  readonly previous: corev1.PodStatus;
  /** verdict is the node's own decision about the whole pod: rejected, evicted, past its deadline. */
  readonly verdict?: { readonly phase: PodPhase; readonly reason: string; readonly message: string };
  /** stopping: containers are not restarted any more. */
  readonly stopping: boolean;
  readonly features: Features;
  readonly now: number;
}

/** podStatus makes the status of a pod. Pure. A phase that has ended never goes back. */
export function podStatus(input: PodStatusInput): corev1.PodStatus {
  const { pod, current, previous, hostIPs } = input;
  const spec = pod.spec!;
  const now = rfc3339(input.now);
  const listInput = (before: readonly corev1.ContainerStatus[] | undefined) => ({ ...input, previous: before ?? [] });
  const init = containerStatuses(spec.initContainers ?? [], 'init', listInput(previous.initContainerStatuses));
  const apps = containerStatuses(spec.containers, 'app', listInput(previous.containerStatuses));
  const ephemeral = containerStatuses(
    (spec.ephemeralContainers ?? []) as corev1.Container[],
    'ephemeral',
    listInput(previous.ephemeralContainerStatuses),
  );
  const phase = terminal(previous.phase) ?? input.verdict?.phase ?? podPhase(spec, init, apps, input.stopping);
  const existing = previous.conditions ?? [];
  // Others write theirs between two rounds: what the kubelet told before does not have them.
  const theirs = (pod.status?.conditions ?? []).filter(c => !(OWNED as readonly string[]).includes(c.type));
  const sandboxReady =
    readySandbox(current) !== undefined && (spec.hostNetwork === true || podIpsOf(current).length > 0);
  const conditions = podConditions({
    spec,
    phase,
    init,
    apps,
    sandboxReady,
    theirs,
    readyToStart: input.features.readyToStartCondition,
  });
  const ips = podIps(input);
  return {
    ...(pod.metadata?.generation !== undefined &&
      previous.observedGeneration !== undefined && { observedGeneration: pod.metadata.generation }),
    phase,
    conditions: [...withTimes(conditions, existing, now), ...theirs],
    ...(input.verdict
      ? { reason: input.verdict.reason, message: input.verdict.message }
      : keep(previous, 'reason', 'message')),
    ...(hostIPs.length > 0 && { hostIP: hostIPs[0]! }),
    ...(hostIPs.length > 0 && input.features.hostIPs && { hostIPs: hostIPs.map(ip => ({ ip })) }),
    ...(ips.length > 0 && { podIP: ips[0]!, podIPs: ips.map(ip => ({ ip })) }),
    startTime: previous.startTime ?? now,
    ...(init.length > 0 && { initContainerStatuses: init }),
    containerStatuses: [...apps].sort((a, b) => (a.name < b.name ? -1 : 1)),
    ...(ephemeral.length > 0 && { ephemeralContainerStatuses: ephemeral }),
    qosClass: previous.qosClass ?? qosClass(spec),
    ...keep(previous, 'nominatedNodeName', 'resourceClaimStatuses', 'resize'),
  };
}

function podIps({ pod, current, hostIPs, previous }: PodStatusInput): readonly string[] {
  if (pod.spec?.hostNetwork) return readySandbox(current) || previous.podIP ? hostIPs : [];
  const ips = podIpsOf(current);
  // The address stays in the status of a pod whose sandbox is gone: it is a record, as upstream keeps it.
  return ips.length ? ips : (previous.podIPs ?? []).map(({ ip }) => ip ?? '').filter(Boolean);
}

function terminal(phase: string | undefined): PodPhase | undefined {
  return phase === 'Succeeded' || phase === 'Failed' ? phase : undefined;
}

function keep<K extends keyof corev1.PodStatus>(status: corev1.PodStatus, ...keys: K[]): Partial<corev1.PodStatus> {
  return Object.fromEntries(keys.filter(key => status[key] !== undefined).map(key => [key, status[key]]));
}
