import type { corev1, metav1, policyv1 } from '@navarch/api';
import { forbidden, isConflict, selectorFromLabelSelector, StatusError } from '@navarch/apimachinery';
import type { Store } from '@navarch/apiserver-runtime';
import { rfc3339, type Clock } from '@navarch/base';

/** MAX_DISRUPTED bounds the evictions that the disruption controller has not confirmed yet. */
const MAX_DISRUPTED = 2_000;
const EMPTY_CHOOSES_SINCE = 21;
/** CONDITIONS_SINCE is the first release whose budgets have conditions, RETRIES_SINCE that which says when to ask again. */
const CONDITIONS_SINCE = 21;
const RETRIES_SINCE = 21;
const RETRY_AFTER_SECONDS = 10;

/** BudgetParts are what a disruption is taken off with. */
export interface BudgetParts {
  readonly budgets: () => Store<policyv1.PodDisruptionBudget>;
  readonly emulated: number;
  readonly clock: Clock;
}

/** claimDisruption takes a disruption off the pod's budget, unless that budget spares the pod; undefined without a budget. */
export async function claimDisruption(
  { budgets, clock, emulated }: BudgetParts,
  pod: corev1.Pod,
  dryRun: boolean,
): Promise<{ readonly name: string; readonly spared: boolean } | undefined> {
  const namespace = pod.metadata!.namespace!;
  const matching = (await budgets().list(namespace)).filter(budget => covers(budget, pod, emulated));
  if (matching.length > 1) {
    throw new StatusError(
      500,
      '',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  const [budget] = matching;
  if (!budget) return undefined;
  const claimed = { name: budget.metadata!.name!, spared: unhealthyMayGo(budget, pod) };
  if (claimed.spared) return claimed;
  const take = (current: policyv1.PodDisruptionBudget) =>
    takeDisruption(current, pod.metadata!.name!, clock.now(), emulated);
  if (dryRun) {
    take(structuredClone(budget));
    return claimed;
  }
  try {
    await budgets().update(namespace, claimed.name, take);
    return claimed;
  } catch (error) {
    if (!isConflict(error)) throw error;
    const message = `Timeout: couldn't update PodDisruptionBudget ${JSON.stringify(claimed.name)} due to conflicts`;
    throw new StatusError(504, 'Timeout', message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
}

/** covers tells whether a budget is about a pod: until 1.20 an empty selector chose nothing, and a pod without labels had no budget. Pure. */
export function covers({ spec }: policyv1.PodDisruptionBudget, pod: corev1.Pod, emulated: number): boolean {
  const labels = pod.metadata?.labels ?? {};
  if (!spec?.selector) return false;
  const { matchLabels, matchExpressions } = spec.selector;
  const isEmpty = !Object.keys(matchLabels ?? {}).length && !matchExpressions?.length;
  if (emulated < EMPTY_CHOOSES_SINCE && (isEmpty || !Object.keys(labels).length)) return false;
  return selectorFromLabelSelector(spec.selector as Parameters<typeof selectorFromLabelSelector>[0]).matches(labels);
}

/** unhealthyMayGo: a running pod that is not ready counts for no budget that has what it wants, or says it never counts. */
export function unhealthyMayGo(budget: policyv1.PodDisruptionBudget, pod: corev1.Pod): boolean {
  const ready = pod.status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True');
  if (ready) return false;
  if (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

/** takeDisruption counts one disruption off the budget and notes the pod, or throws what refuses it. In place. */
export function takeDisruption(
  budget: policyv1.PodDisruptionBudget,
  podName: string,
  nowMs: number,
  emulated: number,
): void {
  const name = budget.metadata!.name!;
  const status = budget.status;
  if ((status?.observedGeneration ?? 0) < (budget.metadata!.generation ?? 0)) {
    throw stillProcessed(name, emulated);
  }
  const { disruptionsAllowed = 0, desiredHealthy = 0, currentHealthy = 0, disruptedPods = {} } = status!;
  const resource = { group: 'policy', resource: 'poddisruptionbudget' };
  if (disruptionsAllowed < 0) throw forbidden(resource, name, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > MAX_DISRUPTED) {
    throw forbidden(resource, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  }
  if (disruptionsAllowed === 0) {
    throw refused([
      {
        reason: 'DisruptionBudget',
        message: `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
      },
    ]);
  }
  budget.status = {
    ...status!,
    disruptionsAllowed: disruptionsAllowed - 1,
    disruptedPods: { ...disruptedPods, [podName]: rfc3339(nowMs) },
    ...(disruptionsAllowed === 1 && emulated >= CONDITIONS_SINCE && { conditions: exhausted(status!, nowMs) }),
  };
}

/** exhausted are the conditions of a budget that has nothing left. */
function exhausted(
  { conditions = [], observedGeneration }: policyv1.PodDisruptionBudgetStatus,
  nowMs: number,
): metav1.Condition[] {
  const type = 'DisruptionAllowed';
  const before = conditions.find(condition => condition.type === type);
  const lastTransitionTime = before?.status === 'False' ? before.lastTransitionTime : rfc3339(nowMs);
  const now = {
    type,
    status: 'False',
    observedGeneration,
    lastTransitionTime,
    reason: 'InsufficientPods',
    message: '',
  };
  return before ? conditions.map(condition => (condition === before ? now : condition)) : [...conditions, now];
}

/** stillProcessed refuses to let a pod go until a budget has been counted again. */
export function stillProcessed(budget: string, emulated: number): StatusError {
  const message = `The disruption budget ${budget} is still being processed by the server.`;
  return refused([{ reason: 'DisruptionBudget', message }], emulated < RETRIES_SINCE ? undefined : RETRY_AFTER_SECONDS);
}

function refused(causes: { reason: string; message: string }[], retryAfterSeconds?: number): StatusError {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  return new StatusError(429, 'TooManyRequests', message, { causes, ...(retryAfterSeconds && { retryAfterSeconds }) });
}
