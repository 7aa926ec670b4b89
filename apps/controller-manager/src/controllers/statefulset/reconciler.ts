import { ControllerRevisions, Pods, StatefulSets, type ResourceToken, type appsv1, type corev1 } from '@navarch/api';
import { isDeleting, selectorFromLabelSelector, type KubeObject, type ObjectKey } from '@navarch/apimachinery';
import type { Informer } from '@navarch/client';
import { CONTROLLER_INDEX, claimObjects, slowStart, type Result } from '@navarch/controller-runtime';
import type { ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import { isNamespaceTerminating } from '../../shared/pod-control';
import {
  HISTORY_HASH,
  HashCollision,
  currentRevision,
  hashOf,
  templatePatch,
  trimRevisions,
} from '../../shared/revisions';
import { ordinalOf, revisionOf } from './identity';
import { planStatefulSet, sortPods, type StatefulPlan } from './plan';
import { StatefulPodControl } from './pod-control';
import { statefulStatus } from './status';

interface Revisions {
  readonly current: appsv1.ControllerRevision;
  readonly update: appsv1.ControllerRevision;
}

/** NOTHING is the step of a set that is being deleted. */
const NOTHING: StatefulPlan = { create: [], recreate: [], delete: [], repair: [], pending: [], unavailable: false };

/** StatefulSetReconciler takes a stateful set one step further at a time. It needs no expectations: a pod has one possible name. */
export class StatefulSetReconciler {
  private readonly control: StatefulPodControl;

  constructor(
    private readonly context: ControllerContext,
    private readonly sets: Informer<appsv1.StatefulSet>,
    private readonly pods: Informer<corev1.Pod>,
    claims: Informer<corev1.PersistentVolumeClaim>,
    private readonly revisions: Informer<appsv1.ControllerRevision>,
  ) {
    this.control = new StatefulPodControl(context.client, context.events, context.release, claims);
  }

  async reconcile({ namespace, name }: ObjectKey): Promise<Result | void> {
    const set = this.sets.get(namespace, name);
    if (!set) return;
    const known = await this.claim(set, ControllerRevisions, this.revisions, () => true);
    const pods = await this.claim(set, Pods, this.pods, pod => ordinalOf(set, pod) !== undefined);
    const revisions = await this.revisionsOf(set, known);
    const names = { current: revisions.current.metadata?.name ?? '', update: revisions.update.metadata?.name ?? '' };
    const now = this.context.clock.now();
    const plan = isDeleting(set) ? NOTHING : planStatefulSet(set, pods, names, now);
    const failure = await this.apply(set, pods, plan, revisions).then(
      () => undefined,
      (error: unknown) => error ?? new Error('a step failed'),
    );
    const status = statefulStatus(set, pods, names, now);
    const told = failure === undefined || (await this.context.release()).has('countsAfterFailure');
    if (told && !semanticEqual(status, set.status))
      await this.context.client.resource(StatefulSets).updateStatus({ ...set, status });
    if (failure !== undefined && !isNamespaceTerminating(failure)) throw failure;
    const used = new Set([names.current, names.update, ...pods.map(revisionOf)]);
    const hashes = new Set(known.filter(({ metadata }) => used.has(metadata?.name ?? '')).map(hashOf));
    await trimRevisions(this.context.client, known, hashes, set.spec?.revisionHistoryLimit ?? 10);
    if (plan.unavailable) return { requeueAfterMs: (set.spec?.minReadySeconds ?? 0) * 1000 };
  }

  private claim<T extends KubeObject>(
    owner: appsv1.StatefulSet,
    token: ResourceToken<T>,
    informer: Informer<T>,
    isMember: (object: T) => boolean,
  ): Promise<T[]> {
    const { namespace = '', uid = '' } = owner.metadata ?? {};
    const orphans = informer
      .byIndex(CONTROLLER_INDEX, '')
      .filter(object => object.metadata?.namespace === namespace && isMember(object));
    const candidates = [...informer.byIndex(CONTROLLER_INDEX, uid), ...orphans];
    const selector = selectorFromLabelSelector(owner.spec?.selector);
    return claimObjects({ client: this.context.client, ownerToken: StatefulSets, owner, token, selector, candidates });
  }

  private async revisionsOf(set: appsv1.StatefulSet, known: readonly appsv1.ControllerRevision[]): Promise<Revisions> {
    const labels = set.spec?.template?.metadata?.labels ?? {};
    const collisionCount = set.status?.collisionCount;
    const data = templatePatch(set.spec?.template);
    const of = { token: StatefulSets, owner: set, labels, hashLabel: HISTORY_HASH, data, collisionCount };
    try {
      const update = await currentRevision(this.context.client, of, known);
      const current = known.find(({ metadata }) => metadata?.name === set.status?.currentRevision) ?? update;
      return { current, update };
    } catch (error) {
      if (error instanceof HashCollision) {
        const status = { replicas: 0, ...set.status, collisionCount: (collisionCount ?? 0) + 1 };
        await this.context.client.resource(StatefulSets).updateStatus({ ...set, status });
      }
      throw error;
    }
  }

  /** apply makes what is missing first; a failure ends the step. */
  private async apply(
    set: appsv1.StatefulSet,
    pods: readonly corev1.Pod[],
    plan: StatefulPlan,
    { current, update }: Revisions,
  ): Promise<void> {
    const { control } = this;
    const create = async (i: number) => {
      const { ordinal, revision } = plan.create[i]!;
      await control.create(set, revision === update.metadata?.name ? update : current, ordinal);
    };
    if ((await this.context.release()).has('parallelBursts')) {
      const { failure } = await slowStart(plan.create.length, create);
      if (failure !== undefined) throw failure;
    } else for (let i = 0; i < plan.create.length; i++) await create(i);
    for (const pod of plan.recreate) await control.recreate(set, pod);
    for (const pod of plan.pending) await control.makeClaims(set, pod);
    for (const pod of plan.repair) await control.repair(set, pod);
    const condemned = new Set(sortPods(set, pods).condemned);
    for (const pod of pods) await control.retain(set, pod, condemned.has(pod));
    for (const pod of plan.delete) await control.delete(set, pod);
  }
}
