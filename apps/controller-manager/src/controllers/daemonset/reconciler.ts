import { ControllerRevisions, DaemonSets, Pods, type appsv1, type corev1 } from '@navarch/api';
import {
  isDeleting,
  keyString,
  selectorFromLabelSelector,
  type KubeObject,
  type ObjectKey,
} from '@navarch/apimachinery';
import { Backoff } from '@navarch/base';
import type { Informer } from '@navarch/client';
import type { Expectations } from '@navarch/controller-runtime';
import { CONTROLLER_INDEX, claimObjects, slowStart, type Result } from '@navarch/controller-runtime';
import type { ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import { nodeOf, pinnedTo } from '../../shared/node-affinity';
import { PodControl, isNamespaceTerminating, podFromTemplate } from '../../shared/pod-control';
import {
  HashCollision,
  REVISION_HASH,
  currentRevision,
  hashOf,
  templatePatch,
  trimRevisions,
} from '../../shared/revisions';
import { daemonStatus, daemonTolerations, planNodes, planUpdate } from './plan';

const BURST = 250;
const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';
const TEMPLATE_GENERATION = 'pod-template-generation';

/** DaemonSetReconciler keeps one pod of a daemon set on each node that it fits. */
export class DaemonSetReconciler {
  private readonly control: PodControl;
  /** failures hold back the next pod on a node where one failed, by daemon set uid and node. */
  private readonly failures = new Map<string, { backoff: Backoff; until: number }>();

  constructor(
    private readonly context: ControllerContext,
    private readonly sets: Informer<appsv1.DaemonSet>,
    private readonly nodes: Informer<corev1.Node>,
    private readonly pods: Informer<corev1.Pod>,
    private readonly revisions: Informer<appsv1.ControllerRevision>,
    private readonly expectations: Expectations,
  ) {
    this.control = new PodControl(context.client, context.events);
  }

  async reconcile(object: ObjectKey): Promise<Result | void> {
    const key = keyString(object);
    const set = this.sets.get(object.namespace, object.name);
    if (!set) return this.expectations.forget(key);
    if (isDeleting(set)) return;
    const mayAct = this.expectations.satisfied(key);
    const [revisions, pods] = [
      await this.claim(set, ControllerRevisions, this.revisions),
      await this.claim(set, Pods, this.pods),
    ];
    const revision = await this.revision(set, revisions);
    const hash = hashOf(revision);
    const nodes = this.nodes.list();
    const now = this.context.clock.now();
    let failure: unknown;
    if (mayAct) {
      const uid = set.metadata?.uid ?? '';
      const plan = planNodes(set, nodes, pods, hash, now, node => this.mayRetry(`${uid}/${node}`, now));
      for (const pod of plan.failed) this.tellFailed(set, pod);
      // One thing at a time: what is missing or too much first, then the update.
      const idle = !plan.create.length && !plan.delete.length;
      const step = idle ? planUpdate(set, nodes, pods, hash, now) : plan;
      failure = await this.apply(key, set, hash, step);
      if (idle) {
        const used = new Set([hash, ...pods.map(pod => pod.metadata?.labels?.[REVISION_HASH] ?? '')]);
        await trimRevisions(this.context.client, revisions, used, set.spec?.revisionHistoryLimit ?? 10);
      }
    }
    const status = daemonStatus(set, nodes, pods, hash, now);
    if (!semanticEqual(status, set.status))
      await this.context.client.resource(DaemonSets).updateStatus({ ...set, status });
    if (failure !== undefined && !isNamespaceTerminating(failure)) throw failure;
    return this.next(set, status, now);
  }

  /** next is when waiting itself changes something: a pod becomes available, a failed one may be replaced. */
  private next(set: appsv1.DaemonSet, status: appsv1.DaemonSetStatus, now: number): Result | void {
    const minReady = set.spec?.minReadySeconds ?? 0;
    const times = [...this.failures]
      .filter(([key, { until }]) => key.startsWith(`${set.metadata?.uid}/`) && until > now)
      .map(([, { until }]) => until - now);
    if (minReady && status.numberReady > (status.numberAvailable ?? 0)) times.push(minReady * 1000);
    if (times.length) return { requeueAfterMs: Math.min(...times) };
  }

  private claim<T extends KubeObject>(
    owner: appsv1.DaemonSet,
    token: Parameters<typeof claimObjects<appsv1.DaemonSet, T>>[0]['token'],
    informer: Informer<T>,
  ): Promise<T[]> {
    const { namespace = '', uid = '' } = owner.metadata ?? {};
    const orphans = informer.byIndex(CONTROLLER_INDEX, '').filter(object => object.metadata?.namespace === namespace);
    const selector = selectorFromLabelSelector(owner.spec?.selector);
    const candidates = [...informer.byIndex(CONTROLLER_INDEX, uid), ...orphans];
    return claimObjects({ client: this.context.client, ownerToken: DaemonSets, owner, token, selector, candidates });
  }

  private async revision(
    set: appsv1.DaemonSet,
    known: readonly appsv1.ControllerRevision[],
  ): Promise<appsv1.ControllerRevision> {
    const data = templatePatch(set.spec?.template);
    const labels = set.spec?.template?.metadata?.labels ?? {};
    const collisionCount = set.status?.collisionCount;
    try {
      return await currentRevision(
        this.context.client,
        { token: DaemonSets, owner: set, labels, hashLabel: REVISION_HASH, data, collisionCount },
        known,
      );
    } catch (error) {
      if (error instanceof HashCollision) {
        const status = { ...set.status!, collisionCount: (collisionCount ?? 0) + 1 };
        await this.context.client.resource(DaemonSets).updateStatus({ ...set, status });
      }
      throw error;
    }
  }

  private mayRetry(key: string, now: number): boolean {
    const entry = this.failures.get(key) ?? { backoff: new Backoff({ initialMs: 1_000, maxMs: 900_000 }), until: 0 };
    this.failures.set(key, entry);
    if (entry.until > now) return false;
    entry.until = now + entry.backoff.next();
    return true;
  }

  private tellFailed(set: appsv1.DaemonSet, pod: corev1.Pod): void {
    const { namespace, name } = pod.metadata ?? {};
    this.context.events.event(
      set,
      'Warning',
      'FailedDaemonPod',
      `Found failed daemon pod ${namespace}/${name} on node ${nodeOf(pod)}, will try to kill it`,
    );
  }

  private async apply(
    key: string,
    set: appsv1.DaemonSet,
    hash: string,
    plan: { delete: readonly corev1.Pod[]; create: readonly string[] },
  ): Promise<unknown> {
    const [deletions, creations] = [plan.delete.slice(0, BURST), plan.create.slice(0, BURST)];
    if (deletions.length) {
      this.expectations.expectDeletions(
        key,
        deletions.map(pod => pod.metadata?.uid ?? ''),
      );
      const outcomes = await Promise.allSettled(deletions.map(pod => this.control.delete(set, pod)));
      outcomes.forEach(
        (outcome, i) =>
          outcome.status === 'rejected' && this.expectations.deletionObserved(key, deletions[i]!.metadata?.uid ?? ''),
      );
      // The rest follows when these are seen to be gone.
      return outcomes.find(outcome => outcome.status === 'rejected')?.reason;
    }
    if (!creations.length) return undefined;
    this.expectations.expectCreations(key, creations.length);
    const { done, failure } = await slowStart(creations.length, async i => {
      await this.control.create(set, daemonPod(set, hash, creations[i]!));
    });
    for (let i = done; i < creations.length; i++) this.expectations.creationObserved(key);
    return failure;
  }
}

/** daemonPod is the pod of a daemon set for one node. */
function daemonPod(set: appsv1.DaemonSet, hash: string, node: string): corev1.Pod {
  const pod = podFromTemplate(DaemonSets, set, set.spec?.template);
  const generation = set.metadata?.annotations?.[GENERATION_ANNOTATION];
  pod.metadata!.labels = {
    ...pod.metadata!.labels,
    [REVISION_HASH]: hash,
    ...(generation !== undefined && { [TEMPLATE_GENERATION]: generation }),
  };
  pod.spec = { ...pinnedTo(pod.spec!, node), tolerations: daemonTolerations(pod.spec) };
  return pod;
}
