import { Pods, type ResourceToken, type corev1 } from '@navarch/api';
import { isDeleting, keyString, type KubeObject, type ObjectKey, type Selector } from '@navarch/apimachinery';
import type { Informer } from '@navarch/client';
import type { Expectations } from '@navarch/controller-runtime';
import { CONTROLLER_INDEX, claimObjects, slowStart, type Result } from '@navarch/controller-runtime';
import type { ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import { PodControl, isNamespaceTerminating, podFromTemplate } from '../../shared/pod-control';
import { isPodActive } from '../../shared/pods';
import { planReplicas, type ReplicaPlan } from './plan';
import { calculateStatus, type Failure, type ReplicaOwner } from './status';

/** ReplicaKind tells a ReplicaSet from a ReplicationController. */
export interface ReplicaKind<T extends ReplicaOwner> {
  readonly token: ResourceToken<T>;
  selector(owner: T): Selector;
}

const NOTHING: ReplicaPlan = { create: 0, delete: [] };

/** ReplicaReconciler keeps the number of pods that its owner asks for. */
export class ReplicaReconciler<T extends ReplicaOwner> {
  private readonly control: PodControl;

  constructor(
    private readonly context: ControllerContext,
    private readonly kind: ReplicaKind<T>,
    private readonly owners: Informer<T>,
    private readonly pods: Informer<corev1.Pod>,
    readonly expectations: Expectations,
  ) {
    this.control = new PodControl(context.client, context.events);
  }

  /** reconcile drives the owned Pods to spec.replicas. Level-based and idempotent; a failure is retried with backoff. */
  async reconcile(object: ObjectKey): Promise<Result | void> {
    const key = keyString(object);
    const owner = this.owners.get(object.namespace, object.name);
    if (!owner) return this.expectations.forget(key);
    // The gate comes before the list, or a stale list could pass a fresh gate.
    const mayAct = this.expectations.satisfied(key) && !isDeleting(owner);
    const active = (await this.claim(owner)).filter(isPodActive);
    const now = this.context.clock.now();
    const plan = mayAct ? planReplicas(active, owner.spec?.replicas ?? 1, this.related(owner), now) : NOTHING;
    const failed = await this.apply(key, owner, plan);
    await this.updateStatus(owner, active, failed?.failure);
    if (failed && !isNamespaceTerminating(failed.error)) throw failed.error;
    return this.recheckAvailability(owner, active);
  }

  /** candidates are what may be ours: the pods we control and the orphans of the namespace. */
  private claim(owner: T): Promise<corev1.Pod[]> {
    const { namespace = '', uid = '' } = owner.metadata ?? {};
    const orphans = this.pods.byIndex(CONTROLLER_INDEX, '').filter(pod => pod.metadata?.namespace === namespace);
    return claimObjects({
      client: this.context.client,
      ownerToken: this.kind.token,
      owner,
      token: Pods,
      selector: this.kind.selector(owner),
      candidates: [...this.pods.byIndex(CONTROLLER_INDEX, uid), ...orphans.filter(isPodActive)],
    });
  }

  /** related are the active pods of all replica sets with our controller: those of one Deployment. */
  private related(owner: T): corev1.Pod[] {
    const uid = owner.metadata?.ownerReferences?.find(reference => reference.controller)?.uid;
    const siblings = uid ? this.owners.byIndex(CONTROLLER_INDEX, uid) : [owner];
    return siblings
      .flatMap(sibling => this.pods.byIndex(CONTROLLER_INDEX, sibling.metadata?.uid ?? ''))
      .filter(isPodActive);
  }

  private async apply(
    key: string,
    owner: T,
    plan: ReplicaPlan,
  ): Promise<{ failure: Failure; error: unknown } | undefined> {
    if (plan.create) {
      this.expectations.expectCreations(key, plan.create);
      const { done, failure } = await slowStart(plan.create, async () => {
        await this.control.create(owner, podFromTemplate(this.kind.token, owner, owner.spec?.template));
      });
      for (let i = done; i < plan.create; i++) this.expectations.creationObserved(key);
      if (failure !== undefined)
        return { failure: { reason: 'FailedCreate', message: (failure as Error).message }, error: failure };
    }
    if (plan.delete.length) {
      const uid = (pod: KubeObject) => pod.metadata?.uid ?? '';
      this.expectations.expectDeletions(key, plan.delete.map(uid));
      const outcomes = await Promise.allSettled(plan.delete.map(pod => this.control.delete(owner, pod)));
      let error: unknown;
      outcomes.forEach((outcome, i) => {
        if (outcome.status !== 'rejected') return;
        this.expectations.deletionObserved(key, uid(plan.delete[i]!));
        error ??= outcome.reason;
      });
      if (error !== undefined) return { failure: { reason: 'FailedDelete', message: (error as Error).message }, error };
    }
    return undefined;
  }

  private async updateStatus(owner: T, active: readonly corev1.Pod[], failure: Failure | undefined): Promise<void> {
    const status = calculateStatus(owner, active, failure, this.context.clock.now());
    if (semanticEqual({ ...owner.status }, status)) return;
    await this.context.client.resource(this.kind.token).updateStatus({ ...owner, status });
  }

  /** recheckAvailability comes back when the youngest ready pod may have become available. */
  private recheckAvailability(owner: T, active: readonly corev1.Pod[]): Result | void {
    const minReady = owner.spec?.minReadySeconds ?? 0;
    if (!minReady) return;
    const status = calculateStatus(owner, active, undefined, this.context.clock.now());
    if ((status.readyReplicas ?? 0) > (status.availableReplicas ?? 0)) return { requeueAfterMs: minReady * 1000 };
  }
}
