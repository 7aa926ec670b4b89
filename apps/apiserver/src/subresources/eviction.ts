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
import { readObject, type Store, type SubresourceHandler } from '@navarch/apiserver-runtime';
import type { KubeClient } from '@navarch/client';
import { subresourceAttributes, type AdmissionChain } from '../admission/admission-chain';
import { created } from './answers';

/** MAX_DISRUPTED bounds the evictions that the disruption controller has not confirmed yet. */
const MAX_DISRUPTED = 2_000;

export interface EvictionParts {
  readonly pods: () => Store<corev1.Pod>;
  readonly budgets: () => Store<policyv1.PodDisruptionBudget>;
  readonly client: KubeClient;
  readonly admission: AdmissionChain;
  readonly emulated: number;
  readonly clock: Clock;
}

/** evictionHandler serves POST pods/eviction: a deletion that a PodDisruptionBudget may refuse with 429. */
export function evictionHandler(parts: EvictionParts): SubresourceHandler {
  return async context => {
    const { namespace, name } = context.info;
    const apiVersions = ['policy/v1', 'policy/v1beta1'];
    const received = await readObject<policyv1.Eviction>(context, {
      apiVersions,
      kind: 'Eviction',
      emulated: parts.emulated,
    });
    const eviction = received.object;
    if (eviction.metadata?.name !== name) throw badRequest('name in URL does not match name in Eviction object');
    await parts.admission.run(
      subresourceAttributes(context, 'CREATE', { group: 'policy', version: 'v1', kind: 'Eviction' }, eviction),
    );
    const pod = await parts.pods().get(namespace, name);
    if (!pod) throw notFound({ group: '', resource: 'pods' }, name);
    const options = eviction.deleteOptions;
    const dryRun = received.dryRun || (options?.dryRun?.includes('All') ?? false);
    if (needsBudget(pod)) await claimDisruption(parts, pod, dryRun);
    if (!dryRun) {
      const uid = options?.preconditions?.uid ?? pod.metadata!.uid;
      const { gracePeriodSeconds } = options ?? {};
      const preconditions = {
        uid,
        ...(options?.preconditions?.resourceVersion && { resourceVersion: options.preconditions.resourceVersion }),
      };
      await parts.client
        .resource(Pods)
        .delete(namespace, name, { ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }), preconditions });
    }
    return created(context);
  };
}

/** needsBudget: a pod that is over, has not begun or goes away disrupts nothing. */
export function needsBudget({ status, metadata }: corev1.Pod): boolean {
  return !['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? '') && !metadata?.deletionTimestamp;
}

async function claimDisruption({ budgets, clock }: EvictionParts, pod: corev1.Pod, dryRun: boolean): Promise<void> {
  const namespace = pod.metadata!.namespace!;
  const matching = (await budgets().list(namespace)).filter(budget => covers(budget, pod));
  if (matching.length > 1) {
    throw new StatusError(
      500,
      '',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  const [budget] = matching;
  if (!budget || unhealthyMayGo(budget, pod)) return;
  const take = (current: policyv1.PodDisruptionBudget) => takeDisruption(current, pod.metadata!.name!, clock.now());
  if (dryRun) return take(structuredClone(budget));
  try {
    await budgets().update(namespace, budget.metadata!.name!, take);
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

function covers({ spec }: policyv1.PodDisruptionBudget, pod: corev1.Pod): boolean {
  return (
    !!spec?.selector &&
    selectorFromLabelSelector(spec.selector as Parameters<typeof selectorFromLabelSelector>[0]).matches(
      pod.metadata?.labels ?? {},
    )
  );
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
    throw refused(
      [
        {
          reason: 'DisruptionBudget',
          message: `The disruption budget ${name} is still being processed by the server.`,
        },
      ],
      10,
    );
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

function refused(causes: { reason: string; message: string }[], retryAfterSeconds?: number): StatusError {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  return new StatusError(429, 'TooManyRequests', message, { causes, ...(retryAfterSeconds && { retryAfterSeconds }) });
}
