import { PersistentVolumeClaims, Pods, type appsv1, type corev1 } from '@navarch/api';
import { isAlreadyExists, isDeleting, isNotFound, isStatus } from '@navarch/apimachinery';
import type { EventRecorder, KubeClient, Lister } from '@navarch/client';
import { isNamespaceTerminating } from '../../shared/pod-control';
import type { Release } from '../../shared/release';
import { claimOwners, claimsOf, identityLabels, isStale, ordinalOf, podName, statefulPod } from './identity';

type Set = appsv1.StatefulSet;

/** StatefulPodControl makes and removes the pods of stateful sets and their claims, and tells of it. */
export class StatefulPodControl {
  constructor(
    private readonly client: KubeClient,
    private readonly events: EventRecorder,
    private readonly release: () => Promise<Release>,
    private readonly claims: Lister<corev1.PersistentVolumeClaim>,
  ) {}

  /** create makes the pod's claims, then the pod. A pod that is there already will be seen. */
  async create(set: Set, revision: appsv1.ControllerRevision, ordinal: number): Promise<void> {
    const name = podName(set, ordinal);
    try {
      await this.makeClaimsOf(set, ordinal, undefined);
      await this.client.resource(Pods).create(statefulPod(set, revision, ordinal, await this.release()));
      this.tell(set, 'SuccessfulCreate', `create Pod ${name} in StatefulSet ${set.metadata?.name} successful`);
    } catch (error) {
      if (isAlreadyExists(error)) return;
      if (!isNamespaceTerminating(error))
        this.tellFailure(set, 'FailedCreate', `create Pod ${name} in StatefulSet ${set.metadata?.name} failed`, error);
      throw error;
    }
  }

  /** makeClaims makes the claims that a pod waits for and that are gone. */
  async makeClaims(set: Set, pod: corev1.Pod): Promise<void> {
    await this.makeClaimsOf(set, ordinalOf(set, pod) ?? 0, pod.metadata?.uid);
  }

  /** recreate deletes a pod that ended; the next step makes it again. */
  async recreate(set: Set, pod: corev1.Pod): Promise<void> {
    const { namespace, name } = pod.metadata ?? {};
    const failed = pod.status?.phase === 'Failed';
    this.events.event(
      set,
      failed ? 'Warning' : 'Normal',
      failed ? 'RecreatingFailedPod' : 'RecreatingTerminatedPod',
      `StatefulSet ${namespace}/${set.metadata?.name} is recreating ${failed ? 'failed' : 'terminated'} Pod ${name}`,
    );
    await this.delete(set, pod);
  }

  /** delete deletes this very pod. */
  async delete(set: Set, pod: corev1.Pod): Promise<void> {
    const { namespace = '', name = '', uid } = pod.metadata ?? {};
    try {
      await this.client.resource(Pods).delete(namespace, name, { preconditions: { uid } });
      this.tell(set, 'SuccessfulDelete', `delete Pod ${name} in StatefulSet ${set.metadata?.name} successful`);
    } catch (error) {
      if (isNotFound(error) || isStatus(error, 'Conflict')) return;
      this.tellFailure(set, 'FailedDelete', `delete Pod ${name} in StatefulSet ${set.metadata?.name} failed`, error);
      throw error;
    }
  }

  /** repair gives a pod its identity back. */
  async repair(set: Set, pod: corev1.Pod): Promise<void> {
    const { namespace = '', name = '', uid } = pod.metadata ?? {};
    const labels = identityLabels(set, ordinalOf(set, pod) ?? 0, await this.release());
    const body = { metadata: { uid, labels } };
    await this.client.resource(Pods).patch(namespace, name, { type: 'strategic', body });
    this.tell(set, 'SuccessfulUpdate', `update Pod ${name} in StatefulSet ${set.metadata?.name} successful`);
  }

  /** retain gives a pod's claims the owners that the retention policy wants. */
  async retain(set: Set, pod: corev1.Pod, condemned: boolean): Promise<void> {
    for (const { metadata } of claimsOf(set, ordinalOf(set, pod) ?? 0)) {
      const claim = this.claims.get(metadata?.namespace ?? '', metadata?.name ?? '');
      if (!claim || isDeleting(claim)) continue;
      const ownerReferences = claimOwners(set, pod, condemned, claim);
      if (!ownerReferences) continue;
      await this.client
        .resource(PersistentVolumeClaims)
        .update({ ...claim, metadata: { ...claim.metadata, ownerReferences } });
    }
  }

  private async makeClaimsOf(set: Set, ordinal: number, podUid: string | undefined): Promise<void> {
    for (const claim of claimsOf(set, ordinal)) {
      const name = claim.metadata?.name ?? '';
      const there = this.claims.get(set.metadata?.namespace ?? '', name);
      if (there && isStale(there, podName(set, ordinal), podUid)) throw new Error(`pvc ${name} is being deleted`);
      if (there) continue;
      const where = `Pod ${podName(set, ordinal)} in StatefulSet ${set.metadata?.name}`;
      try {
        await this.client.resource(PersistentVolumeClaims).create(claim);
        this.tell(set, 'SuccessfulCreate', `create Claim ${name} ${where} success`);
      } catch (error) {
        if (isAlreadyExists(error)) continue;
        if (isNamespaceTerminating(error)) throw error;
        this.tellFailure(set, 'FailedCreate', `create Claim ${name} for ${where} failed`, error);
        throw new Error(`failed to create PVC ${name}: ${(error as Error).message}`, { cause: error });
      }
    }
  }

  private tell(set: Set, reason: string, message: string): void {
    this.events.event(set, 'Normal', reason, message);
  }

  private tellFailure(set: Set, reason: string, what: string, error: unknown): void {
    this.events.event(set, 'Warning', reason, `${what} error: ${(error as Error).message}`);
  }
}
