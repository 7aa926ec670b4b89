import {
  Deployments,
  PodDisruptionBudgets,
  Pods,
  ReplicaSets,
  ReplicationControllers,
  StatefulSets,
  type corev1,
  type policyv1,
} from '@navarch/api';
import {
  controllerOf,
  isDeleting,
  isNotFound,
  keyString,
  objectKey,
  selectorFromLabelSelector,
  type ObjectKey,
} from '@navarch/apimachinery';
import { Controller, enqueueObject, type Result, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import { asServed } from '../../shared/served-version';
import {
  UncountablePod,
  budgetStatus,
  expectedPods,
  failedStatus,
  stillDisrupted,
  type Expected,
  type Scale,
} from './plan';

/** startDisruption keeps the status of PodDisruptionBudgets: how many pods may be evicted now. */
export function startDisruption(context: ControllerContext): Runnable[] {
  const { informers, events, clock } = context;
  const budgets = informers.informer(PodDisruptionBudgets);
  const pods = informers.informer(Pods);
  const replicaSets = informers.informer(ReplicaSets);
  const deployments = informers.informer(Deployments);
  const statefulSets = informers.informer(StatefulSets);
  const replicationControllers = informers.informer(ReplicationControllers);
  const client = context.client.resource(PodDisruptionBudgets);
  const controller = new Controller({
    ...standard(context),
    name: 'disruption',
    concurrency: 1,
    waitFor: [budgets, pods, replicaSets, deployments, statefulSets, replicationControllers],
    reconcile,
  });

  /** scale knows the built-in controllers; a replica set that belongs to a deployment counts as that. */
  const scale: Scale = ({ kind, name, uid }, namespace) => {
    const same = <T extends { metadata?: { uid?: string } }>(object: T | undefined) =>
      object?.metadata?.uid === uid ? object : undefined;
    switch (kind) {
      case 'ReplicaSet': {
        const set = same(replicaSets.get(namespace, name));
        const owner = set && controllerOf(set);
        if (owner?.kind !== 'Deployment') return set && (set.spec?.replicas ?? 1);
        const deployment = deployments.get(namespace, owner.name);
        return deployment?.metadata?.uid === owner.uid ? (deployment.spec?.replicas ?? 1) : undefined;
      }
      case 'StatefulSet': {
        const set = same(statefulSets.get(namespace, name));
        return set && (set.spec?.replicas ?? 1);
      }
      case 'ReplicationController': {
        const owner = same(replicationControllers.get(namespace, name));
        return owner && (owner.spec?.replicas ?? 1);
      }
      default:
        return undefined;
    }
  };

  async function reconcile({ namespace, name }: ObjectKey): Promise<Result | void> {
    const budget = budgets.get(namespace, name);
    if (!budget || isDeleting(budget)) return;
    const selected = podsOf(budget);
    const release = await context.release();
    const known = asServed(budget, release);
    if (!selected.length) events.event(known, 'Normal', 'NoPods', 'No matching pods found');
    const now = clock.now();
    let expected: Expected;
    try {
      expected = expectedPods(budget, selected, scale, release);
    } catch (error) {
      const message = (error as Error).message;
      if (error instanceof UncountablePod) events.event(known, 'Warning', error.reason, message);
      const said = `Failed to calculate the number of expected pods: ${message}`;
      events.event(known, 'Warning', 'CalculateExpectedPodCountFailed', said);
      return write(budget, failedStatus(budget, message, now));
    }
    if (expected.unmanaged.length)
      events.event(
        known,
        'Warning',
        'UnmanagedPods',
        `Pods selected by this PodDisruptionBudget (selector: ${selectorFromLabelSelector(budget.spec?.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`,
      );
    const disrupted = stillDisrupted(budget, selected, now);
    for (const pod of disrupted.overdue)
      events.event(
        pod,
        'Warning',
        'NotDeleted',
        `Pod was expected by PDB ${namespace}/${name} to be deleted but it wasn't`,
      );
    await write(budget, budgetStatus(budget, selected, expected, disrupted.pods, now));
    if (disrupted.recheckMs !== undefined) return { requeueAfterMs: disrupted.recheckMs };
  }

  function podsOf({ metadata, spec }: policyv1.PodDisruptionBudget): corev1.Pod[] {
    const selector = selectorFromLabelSelector(spec?.selector);
    return pods.list(metadata?.namespace).filter(pod => selector.matches(pod.metadata?.labels));
  }

  async function write(budget: policyv1.PodDisruptionBudget, full: policyv1.PodDisruptionBudgetStatus): Promise<void> {
    const { conditions, ...plain } = full;
    const status = (await context.release()).has('budgetConditions') ? { ...plain, conditions } : plain;
    if (semanticEqual(status, budget.status)) return;
    try {
      await client.updateStatus({ ...budget, status });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  const enqueueFor = (...states: corev1.Pod[]) => {
    for (const pod of states) {
      const matching = budgets
        .list(pod.metadata?.namespace)
        .filter(({ spec }) => selectorFromLabelSelector(spec?.selector).matches(pod.metadata?.labels));
      for (const budget of matching) controller.queue.add(keyString(objectKey(budget)));
      if (matching.length > 1) warnOfMany(pod, matching[0]!);
    }
  };
  /** Evictions of a pod with several budgets are refused: whoever wrote them is to hear of it, in the words that are known for it. */
  const warnOfMany = (pod: corev1.Pod, { metadata }: policyv1.PodDisruptionBudget) =>
    events.event(
      pod,
      'Warning',
      'MultiplePodDisruptionBudgets',
      `Pod ${JSON.stringify(pod.metadata?.namespace)}/${JSON.stringify(pod.metadata?.name)} matches multiple PodDisruptionBudgets.  Chose ${JSON.stringify(metadata?.name)} arbitrarily.`,
    );
  budgets.addHandler(enqueueObject(controller.queue));
  pods.addHandler({ added: enqueueFor, updated: enqueueFor, deleted: enqueueFor });
  return [{ name: 'disruption', run: signal => controller.run(signal) }];
}
