import type { corev1 } from '@navarch/api';
import type { PodPhase } from './phase';

type Condition = Omit<corev1.PodCondition, 'lastTransitionTime' | 'lastProbeTime'>;

const ok = (type: string): Condition => ({ type, status: 'True' });
const no = (type: string, reason: string, message?: string): Condition => ({
  type,
  status: 'False',
  reason,
  ...(message && { message }),
});
const list = (names: readonly string[]) => `[${names.join(' ')}]`;

/** ConditionInput is what the conditions follow from. */
export interface ConditionInput {
  readonly spec: corev1.PodSpec;
  readonly phase: PodPhase;
  readonly init: readonly corev1.ContainerStatus[];
  readonly apps: readonly corev1.ContainerStatus[];
  /** sandboxReady: the sandbox stands and has its network. */
  readonly sandboxReady: boolean;
  /** readyToStart: the release has PodReadyToStartContainers. */
  readonly readyToStart: boolean;
  /** theirs are the pod's conditions that others write; readiness gates are among them. */
  readonly theirs: readonly corev1.PodCondition[];
}

/** OWNED are the condition types the kubelet writes; others are left as they are. */
export const OWNED = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'] as const;

/** podConditions are the conditions the kubelet owns, without times, in upstream's order. */
export function podConditions(input: ConditionInput): readonly Condition[] {
  const containersReady = containersReadyCondition(input);
  const readyToStart = { type: 'PodReadyToStartContainers', status: input.sandboxReady ? 'True' : 'False' };
  return [
    ...(input.readyToStart ? [readyToStart] : []),
    initializedCondition(input),
    readyCondition(input, containersReady),
    containersReady,
    ok('PodScheduled'),
  ];
}

function initializedCondition({ spec, phase, init, apps }: ConditionInput): Condition {
  if (phase === 'Succeeded') return { ...ok('Initialized'), reason: 'PodCompleted' };
  // Ended init containers may have been collected since; a started main container proves that they had ended.
  if (apps.some(status => status.started ?? status.containerID)) return ok('Initialized');
  const incomplete = (spec.initContainers ?? []).filter(container => {
    const status = init.find(s => s.name === container.name);
    return container.restartPolicy === 'Always' ? !status?.started : !status?.ready;
  });
  if (!incomplete.length) return ok('Initialized');
  return no(
    'Initialized',
    'ContainersNotInitialized',
    `containers with incomplete status: ${list(incomplete.map(c => c.name))}`,
  );
}

function containersReadyCondition({ spec, phase, init, apps }: ConditionInput): Condition {
  if (phase === 'Succeeded') return no('ContainersReady', 'PodCompleted');
  if (phase === 'Failed') return no('ContainersReady', 'PodFailed');
  const sidecars = (spec.initContainers ?? []).filter(container => container.restartPolicy === 'Always');
  const statusOf = (name: string) => apps.find(s => s.name === name) ?? init.find(s => s.name === name);
  const unready = [...sidecars, ...spec.containers].filter(container => !statusOf(container.name)?.ready);
  if (!unready.length) return ok('ContainersReady');
  return no(
    'ContainersReady',
    'ContainersNotReady',
    `containers with unready status: ${list(unready.map(c => c.name))}`,
  );
}

function readyCondition(input: ConditionInput, containersReady: Condition): Condition {
  if (containersReady.status !== 'True') return { ...containersReady, type: 'Ready' };
  const messages: string[] = [];
  for (const { conditionType } of input.spec.readinessGates ?? []) {
    const found = input.theirs.find(condition => condition.type === conditionType);
    if (!found)
      messages.push(`corresponding condition of pod readiness gate ${JSON.stringify(conditionType)} does not exist.`);
    else if (found.status !== 'True') {
      messages.push(
        `the status of pod readiness gate ${JSON.stringify(conditionType)} is not "True", but ${found.status}`,
      );
    }
  }
  return messages.length ? no('Ready', 'ReadinessGatesNotReady', messages.join(', ')) : ok('Ready');
}

/** withTimes gives conditions their transition times: kept where the status has not changed. */
export function withTimes(
  conditions: readonly Condition[],
  existing: readonly corev1.PodCondition[],
  now: string,
): corev1.PodCondition[] {
  return conditions.map(condition => {
    const before = existing.find(c => c.type === condition.type);
    const lastTransitionTime =
      before?.status === condition.status && before.lastTransitionTime ? before.lastTransitionTime : now;
    return { ...condition, lastTransitionTime };
  });
}
