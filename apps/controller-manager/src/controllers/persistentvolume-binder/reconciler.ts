import { PersistentVolumeClaims, PersistentVolumes, type corev1, type storagev1 } from '@navarch/api';
import { isDeleting, isNotFound, type ObjectKey } from '@navarch/apimachinery';
import type { Informer } from '@navarch/client';
import type { ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import {
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  bestMatch,
  boundClaim,
  boundVolume,
  classOf,
  isFor,
  mismatch,
  planVolume,
  waitsForConsumer,
  whyPending,
  withProvisioner,
} from './plan';

type Claim = corev1.PersistentVolumeClaim;
type Volume = corev1.PersistentVolume;

/** Binder binds claims to volumes that exist; each write is a compare and swap, so that no volume goes to two claims. */
export class Binder {
  constructor(
    private readonly context: ControllerContext,
    private readonly claims: Informer<Claim>,
    private readonly volumes: Informer<Volume>,
    private readonly classes: Informer<storagev1.StorageClass>,
    private readonly askClaim: (key: ObjectKey) => void,
  ) {}

  /** reconcileClaim binds a claim, or tells what it waits for. */
  async reconcileClaim({ namespace, name }: ObjectKey): Promise<void> {
    const claim = this.claims.get(namespace, name);
    if (!claim || isDeleting(claim)) return;
    const bound = claim.metadata?.annotations?.[BIND_COMPLETED] !== undefined;
    const volumeName = claim.spec?.volumeName;
    if (!volumeName) {
      if (bound)
        return this.lose(
          claim,
          'ClaimLost',
          'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
        );
      return this.bindAny(claim);
    }
    const volume = this.volumes.get('', volumeName);
    if (!volume) {
      if (bound)
        return this.lose(claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
      return this.setPhase(claim, { phase: 'Pending' });
    }
    if (volume.spec?.claimRef && !isFor(volume, claim)) {
      if (bound)
        return this.lose(
          claim,
          'ClaimMisbound',
          'Two claims are bound to the same volume, this one is bound incorrectly',
        );
      const message = `volume ${JSON.stringify(volumeName)} already bound to a different claim.`;
      this.context.events.event(claim, 'Warning', 'FailedBinding', message);
      return this.setPhase(claim, { phase: 'Pending' });
    }
    const problem = bound ? undefined : mismatch(volume, claim);
    if (!problem) return this.bind(volume, claim);
    const message = `Cannot bind to requested volume ${JSON.stringify(volumeName)}: ${problem}`;
    this.context.events.event(claim, 'Warning', 'VolumeMismatch', message);
    return this.setPhase(claim, { phase: 'Pending' });
  }

  /** reconcileVolume gives a volume the phase that its claim's state means. What is released is kept: nothing here deletes data. */
  async reconcileVolume({ name }: ObjectKey): Promise<void> {
    const volume = this.volumes.get('', name);
    if (!volume) return;
    const claim = await this.claimOf(volume);
    const plan = planVolume(volume, claim);
    if (plan === 'unbind') {
      const { claimRef: _claimRef, ...spec } = volume.spec ?? {};
      const { [BOUND_BY_CONTROLLER]: _mark, ...annotations } = volume.metadata?.annotations ?? {};
      const client = this.context.client.resource(PersistentVolumes);
      const freed = await client.update({ ...volume, metadata: { ...volume.metadata, annotations }, spec });
      return this.setVolumePhase(freed, 'Available');
    }
    if (plan === 'ask claim') {
      const { namespace = '', name: claimName = '' } = volume.spec?.claimRef ?? {};
      this.askClaim({ namespace, name: claimName });
      if (volume.spec?.claimRef?.uid) return;
    }
    // A failed reclamation is for people to look at.
    if (plan === 'Released' && volume.status?.phase === 'Failed') return;
    await this.setVolumePhase(volume, plan === 'ask claim' ? 'Available' : plan);
  }

  private async bindAny(claim: Claim): Promise<void> {
    const storageClass = this.classes.get('', classOf(claim));
    const volume = bestMatch(this.volumes.list(), claim, waitsForConsumer(claim, storageClass));
    if (volume) return this.bind(volume, claim);
    const release = await this.context.release();
    const named = withProvisioner(claim, storageClass, release);
    const asking = named === claim ? claim : await this.context.client.resource(PersistentVolumeClaims).update(named);
    const said = whyPending(asking, storageClass, release);
    if (said) this.context.events.event(asking, said.type, said.reason, said.message);
    return this.setPhase(asking, { phase: 'Pending' });
  }

  /** bind writes volume, volume status, claim, claim status, in this order: whoever stops in between can go on. */
  private async bind(volume: Volume, claim: Claim): Promise<void> {
    const { client } = this.context;
    const wanted = boundVolume(volume, claim);
    const taken = wanted === volume ? volume : await client.resource(PersistentVolumes).update(wanted);
    await this.setVolumePhase(taken, 'Bound');
    const named = boundClaim(claim, taken);
    const current = named === claim ? claim : await client.resource(PersistentVolumeClaims).update(named);
    const { accessModes, capacity } = taken.spec ?? {};
    // Once bound the capacity is the resizer's to change.
    const size = claim.status?.phase === 'Bound' ? (claim.status.capacity ?? capacity) : capacity;
    await this.setPhase(current, { ...current.status, phase: 'Bound', accessModes, capacity: size });
  }

  /** claimOf is the claim that a volume names, from the server if the cache does not have it. */
  private async claimOf(volume: Volume): Promise<Claim | undefined> {
    const { namespace = '', name = '', uid } = volume.spec?.claimRef ?? {};
    if (!name) return undefined;
    const cached = this.claims.get(namespace, name);
    if (cached && (!uid || cached.metadata?.uid === uid)) return cached;
    try {
      const fresh = await this.context.client.resource(PersistentVolumeClaims).get(namespace, name);
      return !uid || fresh.metadata?.uid === uid ? fresh : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  private async lose(claim: Claim, reason: string, message: string): Promise<void> {
    if (claim.status?.phase !== 'Lost') this.context.events.event(claim, 'Warning', reason, message);
    await this.setPhase(claim, { phase: 'Lost' });
  }

  private async setPhase(claim: Claim, status: corev1.PersistentVolumeClaimStatus): Promise<void> {
    if (semanticEqual(status, claim.status)) return;
    await this.context.client.resource(PersistentVolumeClaims).updateStatus({ ...claim, status });
  }

  private async setVolumePhase(volume: Volume, phase: string): Promise<void> {
    if (volume.status?.phase === phase) return;
    await this.context.client
      .resource(PersistentVolumes)
      .updateStatus({ ...volume, status: { ...volume.status, phase } });
  }
}
