import { Pods, type corev1, type policyv1 } from '@navarch/api';
import { badRequest, isConflict, notFound, StatusError, type StatusCause } from '@navarch/apimachinery';
import {
  checkDryRun,
  readObject,
  throwInvalidOptions,
  type ApiServer,
  type Store,
  type SubresourceHandler,
} from '@navarch/apiserver-runtime';
import type { DeleteOptions, KubeClient } from '@navarch/client';
import { isDeepStrictEqual } from 'node:util';
import { subresourceAttributes } from '../admission/subresource-attributes';
import { created } from './answers';
import { claimDisruption, stillProcessed, type BudgetParts } from './disruption-budget';
import { markDisrupted, MARKS_SINCE } from './disruption-target';

/** MAX_ATTEMPTS bounds how often a pod that has not begun is looked at again because it changed. */
const MAX_ATTEMPTS = 20;
const V1_SINCE = 22;

/** EvictionParts are what evictions are made with. */
export interface EvictionParts extends BudgetParts {
  readonly pods: () => Store<corev1.Pod>;
  readonly client: KubeClient;
  readonly admit: ApiServer['admit'];
}

/** evictionHandler serves POST pods/eviction: a deletion that a PodDisruptionBudget may refuse with 429. */
export function evictionHandler(parts: EvictionParts): SubresourceHandler {
  const { emulated } = parts;
  const apiVersions = emulated < V1_SINCE ? ['policy/v1beta1'] : ['policy/v1', 'policy/v1beta1'];
  return async context => {
    const { namespace, name } = context.info;
    const received = await readObject<policyv1.Eviction>(context, { apiVersions, kind: 'Eviction', emulated });
    const eviction = received.object;
    const kind = { group: 'policy', version: emulated < V1_SINCE ? 'v1beta1' : 'v1', kind: 'Eviction' };
    await parts.admit(subresourceAttributes(context, 'CREATE', kind, eviction), () => {
      if (eviction.metadata?.name !== name) throw badRequest('name in URL does not match name in Eviction object');
      checkDryRuns(received.dryRun ? context.query.getAll('dryRun') : [], eviction.deleteOptions?.dryRun ?? []);
    });
    const within = eviction.deleteOptions?.dryRun ?? [];
    const dryRun = received.dryRun || within.length > 0;
    for (let attempt = 1; ; attempt++) {
      const pod = await parts.pods().get(namespace, name);
      if (!pod) throw notFound({ group: '', resource: 'pods' }, name);
      const disrupts = needsBudget(pod);
      const budget = disrupts ? await claimDisruption(parts, pod, dryRun) : undefined;
      // Whoever disrupts nothing because it is not ready must still be so when it goes.
      const asSeen =
        budget?.spared || (!disrupts && pod.status?.phase === 'Pending' && !pod.metadata?.deletionTimestamp);
      try {
        checkOptions(within);
        const deletion = deletionOf(eviction, pod, { asSeen: !!asSeen, dryRun });
        const marked = dryRun || emulated < MARKS_SINCE ? deletion : await markDisrupted(parts, pod, deletion);
        await parts.client.resource(Pods).delete(namespace, name, marked);
        return created(context);
      } catch (error) {
        const given = eviction.deleteOptions?.preconditions?.resourceVersion;
        if (!isConflict(error) || !asSeen || given) throw error;
        if (budget) throw stillProcessed(budget.name, emulated);
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

/** checkOptions: what the body says of a dry run has to be one. The deletion checks the rest. */
function checkOptions(within: readonly string[]): void {
  const causes: StatusCause[] = [];
  checkDryRun(within, causes);
  throwInvalidOptions('DeleteOptions', causes);
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
