import { Pods, type corev1, type policyv1 } from '@navarch/api';
import {
  badRequest,
  forbidden,
  isConflict,
  notFound,
  selectorFromLabelSelector,
  StatusError,
} from '@navarch/apimachinery';
import { rfc3339, type Clock } from '@navarch/base';
import { readObject, type Store, type SubresourceHandler, type ApiServer } from '@navarch/apiserver-runtime';
import type { DeleteOptions, KubeClient } from '@navarch/client';
import { isDeepStrictEqual } from 'node:util';
import { subresourceAttributes } from '../admission/subresource-attributes';
import { created } from './answers';

/** MAX_DISRUPTED bounds the evictions that the disruption controller has not confirmed yet. */
const MAX_DISRUPTED = 2_000;
/** MAX_ATTEMPTS bounds how often a pod that has not begun is looked at again because it changed. */
const MAX_ATTEMPTS = 20;
const V1_SINCE = 22;
const EMPTY_CHOOSES_SINCE = 21;

export interface EvictionParts {
  readonly pods: () => Store<corev1.Pod>;
  readonly budgets: () => Store<policyv1.PodDisruptionBudget>;
  readonly client: KubeClient;
  readonly admit: ApiServer['admit'];
  readonly emulated: number;
  readonly clock: Clock;
}

/** evictionHandler serves POST pods/eviction: a deletion that a PodDisruptionBudget may refuse with 429. */
export function evictionHandler(parts: EvictionParts): SubresourceHandler {
  const { emulated } = parts;
  const apiVersions = emulated < V1_SINCE ? ['policy/v1beta1'] : ['policy/v1', 'policy/v1beta1'];
  return async context => {
    const { namespace, name } = context.info;
    const received = await readObject<policyv1.Eviction>(context, { apiVersions, kind: 'Eviction', emulated });
    const eviction = received.object;
    const kind = { group: 'policy', version: 'v1', kind: 'Eviction' };
    await parts.admit(subresourceAttributes(context, 'CREATE', kind, eviction), () => {
      if (eviction.metadata?.name !== name) throw badRequest('name in URL does not match name in Eviction object');
      checkDryRuns(received.dryRun ? context.query.getAll('dryRun') : [], eviction.deleteOptions?.dryRun ?? []);
    });
    const dryRun = received.dryRun || !!eviction.deleteOptions?.dryRun?.length;
    for (let attempt = 1; ; attempt++) {
      const pod = await parts.pods().get(namespace, name);
      if (!pod) throw notFound({ group: '', resource: 'pods' }, name);
      const disrupts = needsBudget(pod);
      const budget = disrupts ? await claimDisruption(parts, pod, dryRun) : undefined;
      // Whoever disrupts nothing because it is not ready must still be so when it goes.
      const asSeen =
        budget?.spared || (!disrupts && pod.status?.phase === 'Pending' && !pod.metadata?.deletionTimestamp);
      try {
        await parts.client
          .resource(Pods)
          .delete(namespace, name, deletionOf(eviction, pod, { asSeen: !!asSeen, dryRun }));
        return created(context);
      } catch (error) {
        const given = eviction.deleteOptions?.preconditions?.resourceVersion;
        if (!isConflict(error) || !asSeen || given) throw error;
        if (budget) throw stillProcessed(budget.name);
        if (attempt >= MAX_ATTEMPTS) throw error;
      }
    }
  };
}

/** checkDryRuns: the request and the options in its body may not say different things about a dry run. */
function checkDryRuns(asked: readonly string[], within: readonly string[]): void {
  if (!asked.length || !within.length || isDeepStrictEqual(asked, within)) return;
  const show = (list: readonly string[]) => `[${list.join(' ')}]`;
  const message = `Non-matching dry-run options in request and content: ${show(asked)} and ${show(within)}`;
  throw new StatusError(500, '', message);
}

/** deletionOf is the deletion that an eviction comes to; a pod of the same name that came meanwhile is never meant. */
function deletionOf(
  { deleteOptions = {} }: policyv1.Eviction,
  { metadata = {} }: corev1.Pod,
  { asSeen, dryRun }: { readonly asSeen: boolean; readonly dryRun: boolean },
): DeleteOptions {
  const { gracePeriodSeconds, propagationPolicy, preconditions } = deleteOptions;
  const uid = preconditions?.uid ?? metadata.uid;
  const resourceVersion = preconditions?.resourceVersion ?? (asSeen ? metadata.resourceVersion : undefined);
  return {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy !== undefined && { propagationPolicy: propagationPolicy as 'Background' }),
    preconditions: { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) },
    dryRun,
  };
}

/** needsBudget: a pod that is over, has not begun or goes away disrupts nothing. */
export function needsBudget({ status, metadata }: corev1.Pod): boolean {
  return !['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? '') && !metadata?.deletionTimestamp;
}

/** claimDisruption takes a disruption off the pod's budget, unless that budget spares the pod; undefined without a budget. */
async function claimDisruption(
  { budgets, clock, emulated }: EvictionParts,
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
  const take = (current: policyv1.PodDisruptionBudget) => takeDisruption(current, pod.metadata!.name!, clock.now());
  if (dryRun) {
    take(structuredClone(budget));
    return claimed;
  }
  try {
    await budgets().update(namespace, claimed.name, take);
    return claimed;
  } catch (error) {
    if (isConflict(error))
      throw refused(
        [
          {
            reason: 'DisruptionBudget',
            message: `couldn't update PodDisruptionBudget ${JSON.stringify(budget.metadata!.name)} due to conflicts`,
          },
        ],
        10,
      );
    throw error;
  }
}

/** covers tells whether a budget is about a pod: one without labels has none, and until 1.20 an empty selector chose nothing. Pure. */
export function covers({ spec }: policyv1.PodDisruptionBudget, pod: corev1.Pod, emulated: number): boolean {
  const labels = pod.metadata?.labels ?? {};
  if (!spec?.selector || !Object.keys(labels).length) return false;
  const { matchLabels, matchExpressions } = spec.selector;
  if (emulated < EMPTY_CHOOSES_SINCE && !Object.keys(matchLabels ?? {}).length && !matchExpressions?.length)
    return false;
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
export function takeDisruption(budget: policyv1.PodDisruptionBudget, podName: string, nowMs: number): void {
  const name = budget.metadata!.name!;
  const status = budget.status;
  if ((status?.observedGeneration ?? 0) < (budget.metadata!.generation ?? 0)) {
    throw stillProcessed(name);
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
  };
}

function stillProcessed(budget: string): StatusError {
  const message = `The disruption budget ${budget} is still being processed by the server.`;
  return refused([{ reason: 'DisruptionBudget', message }], 10);
}

function refused(causes: { reason: string; message: string }[], retryAfterSeconds?: number): StatusError {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  return new StatusError(429, 'TooManyRequests', message, { causes, ...(retryAfterSeconds && { retryAfterSeconds }) });
}
