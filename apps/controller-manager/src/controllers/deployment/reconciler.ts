import { Deployments, ReplicaSets, type appsv1, type corev1 } from '@navarch/api';
import { isDeleting, selectorFromLabelSelector, type ObjectKey } from '@navarch/apimachinery';
import type { Informer } from '@navarch/client';
import { CONTROLLER_INDEX, claimObjects, type Result } from '@navarch/controller-runtime';
import type { ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import { isPodTerminal } from '../../shared/pods';
import { active, isScaling, planCleanup, planNewSet, planOldSets, planScaling } from './plan';
import { ReplicaSetControl, type Sets } from './sets';
import { isRolling, sizeOf, totalOf, wantedReplicas } from './sizes';
import {
  calculateStatus,
  conditionOf,
  hasDeadline,
  isComplete,
  recheckMs,
  rolloutStatus,
  withCondition,
} from './status';

/** DeploymentReconciler rolls the current template out by scaling replica sets. */
export class DeploymentReconciler {
  private readonly control: ReplicaSetControl;

  constructor(
    private readonly context: ControllerContext,
    private readonly deployments: Informer<appsv1.Deployment>,
    private readonly replicaSets: Informer<appsv1.ReplicaSet>,
    private readonly pods: Informer<corev1.Pod>,
  ) {
    this.control = new ReplicaSetControl(context);
  }

  /** reconcile takes at most one step of the rollout; the sets' changed status calls it again. */
  async reconcile({ namespace, name }: ObjectKey): Promise<Result | void> {
    const found = this.deployments.get(namespace, name);
    if (!found) return;
    // A private copy, as a pass goes on with what it has written.
    const deployment: appsv1.Deployment = { ...found };
    if (selectsEverything(deployment)) return this.refuse(deployment);
    const sets = await this.claim(deployment);
    if (isDeleting(deployment))
      return this.updateStatus(deployment, await this.control.split(deployment, sets, false), sets);
    await this.notePause(deployment);
    if (deployment.spec?.paused || isScaling(deployment, sets)) return this.scale(deployment, sets);
    return isRolling(deployment) ? this.roll(deployment, sets) : this.recreate(deployment, sets);
  }

  private claim(owner: appsv1.Deployment): Promise<appsv1.ReplicaSet[]> {
    const { namespace = '', uid = '' } = owner.metadata ?? {};
    const orphans = this.replicaSets.byIndex(CONTROLLER_INDEX, '').filter(set => set.metadata?.namespace === namespace);
    return claimObjects({
      client: this.context.client,
      ownerToken: Deployments,
      owner,
      token: ReplicaSets,
      selector: selectorFromLabelSelector(owner.spec?.selector),
      candidates: [...this.replicaSets.byIndex(CONTROLLER_INDEX, uid), ...orphans],
    });
  }

  private async roll(deployment: appsv1.Deployment, known: readonly appsv1.ReplicaSet[]): Promise<Result | void> {
    const sets = await this.control.split(deployment, known, true);
    const current = sets.current!;
    const up = planNewSet(deployment, sets.all, current);
    if (up) {
      const scaled = await this.control.scale(deployment, up);
      return this.updateRolloutStatus(deployment, { ...sets, current: scaled, all: [...sets.old, scaled] });
    }
    const down = planOldSets(deployment, sets.old, current);
    for (const scale of down) await this.control.scale(deployment, scale);
    if (!down.length && isComplete(deployment, deployment.status))
      await this.control.remove(planCleanup(deployment, sets.old));
    return this.updateRolloutStatus(deployment, sets);
  }

  private async recreate(deployment: appsv1.Deployment, known: readonly appsv1.ReplicaSet[]): Promise<Result | void> {
    let sets = await this.control.split(deployment, known, false);
    const old = active(sets.old);
    for (const set of old) await this.control.scale(deployment, { set, replicas: 0 });
    if (old.length || this.oldPodsRunning(sets)) return this.updateRolloutStatus(deployment, sets);
    if (!sets.current) sets = await this.control.split(deployment, known, true);
    const wanted = wantedReplicas(deployment);
    if (sizeOf(sets.current) !== wanted) {
      const scaled = await this.control.scale(deployment, { set: sets.current!, replicas: wanted });
      sets = { ...sets, current: scaled, all: [...sets.old, scaled] };
    }
    if (isComplete(deployment, deployment.status)) await this.control.remove(planCleanup(deployment, sets.old));
    return this.updateRolloutStatus(deployment, sets);
  }

  /** oldPodsRunning: a pod of an old template may still do something, even if its set counts it no longer. */
  private oldPodsRunning(sets: Sets): boolean {
    if (totalOf(sets.old, 'replicas') > 0) return true;
    return sets.old.some(set =>
      this.pods.byIndex(CONTROLLER_INDEX, set.metadata?.uid ?? '').some(pod => !isPodTerminal(pod)),
    );
  }

  private async scale(deployment: appsv1.Deployment, known: readonly appsv1.ReplicaSet[]): Promise<Result | void> {
    const sets = await this.control.split(deployment, known, false);
    for (const scale of planScaling(deployment, sets.old, sets.current)) await this.control.scale(deployment, scale);
    if (deployment.spec?.paused) await this.control.remove(planCleanup(deployment, sets.old));
    return this.updateStatus(deployment, sets, sets.all);
  }

  private async updateStatus(
    deployment: appsv1.Deployment,
    sets: Sets,
    all: readonly appsv1.ReplicaSet[],
  ): Promise<void> {
    await this.write(deployment, calculateStatus(deployment, all, sets.current, this.context.clock.now()));
  }

  private async updateRolloutStatus(deployment: appsv1.Deployment, sets: Sets): Promise<Result | void> {
    const now = this.context.clock.now();
    const status = rolloutStatus(deployment, sets.all, sets.current, now);
    await this.write(deployment, status);
    const ms = recheckMs(deployment, status, now);
    if (ms !== undefined) return { requeueAfterMs: ms };
  }

  private async write(deployment: appsv1.Deployment, status: appsv1.DeploymentStatus): Promise<void> {
    if (semanticEqual(status, deployment.status)) return;
    const updated = await this.context.client.resource(Deployments).updateStatus({ ...deployment, status });
    deployment.metadata = updated.metadata;
    deployment.status = updated.status;
  }

  /** notePause marks when a rollout was paused and resumed, so that the time between does not count against its deadline. */
  private async notePause(deployment: appsv1.Deployment): Promise<void> {
    if (!hasDeadline(deployment)) return;
    const reason = conditionOf(deployment.status, 'Progressing')?.reason;
    if (reason === 'ProgressDeadlineExceeded') return;
    const paused = deployment.spec?.paused === true;
    if (paused === (reason === 'DeploymentPaused')) return;
    const condition = paused
      ? { type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' }
      : { type: 'Progressing', status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' };
    await this.write(deployment, withCondition({ ...deployment.status }, condition, this.context.clock.now()));
  }

  private async refuse(deployment: appsv1.Deployment): Promise<void> {
    const message = 'This deployment is selecting all pods. A non-empty selector is required.';
    this.context.events.event(deployment, 'Warning', 'SelectingAll', message);
    const generation = deployment.metadata?.generation ?? 0;
    if ((deployment.status?.observedGeneration ?? 0) < generation) {
      await this.write(deployment, { ...deployment.status, observedGeneration: generation });
    }
  }
}

function selectsEverything({ spec }: appsv1.Deployment): boolean {
  return !Object.keys(spec?.selector?.matchLabels ?? {}).length && !spec?.selector?.matchExpressions?.length;
}
