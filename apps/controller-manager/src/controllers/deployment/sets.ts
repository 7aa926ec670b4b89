import { Deployments, ReplicaSets, type appsv1 } from '@navarch/api';
import { isAlreadyExists, isNotFound } from '@navarch/apimachinery';
import { controllerReference, isControlledBy } from '@navarch/controller-runtime';
import type { ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import { templateHash } from '../../shared/hash';
import { isNamespaceTerminating } from '../../shared/pod-control';
import { HASH_LABEL, REVISION, maxRevision, newSetAnnotations, sizeAnnotations } from './annotations';
import { findNewSet, hasSizeAnnotations, newSetSize, scalingMessage, type Scale } from './plan';
import { sizeOf } from './sizes';
import { conditionOf, hasDeadline, withCondition } from './status';

/** Sets are the replica sets of one Deployment. */
export interface Sets {
  readonly all: readonly appsv1.ReplicaSet[];
  readonly old: readonly appsv1.ReplicaSet[];
  readonly current: appsv1.ReplicaSet | undefined;
}

/** ReplicaSetControl creates, scales and annotates the replica sets of Deployments. */
export class ReplicaSetControl {
  constructor(private readonly context: ControllerContext) {}

  /** split tells the set of the current template from the old ones, creates it if asked to, and keeps the revisions. */
  async split(deployment: appsv1.Deployment, sets: readonly appsv1.ReplicaSet[], create: boolean): Promise<Sets> {
    const existing = findNewSet(deployment, sets);
    const old = sets.filter(set => set.metadata?.uid !== existing?.metadata?.uid);
    const revision = maxRevision(old) + 1n;
    let current = existing && (await this.adjust(deployment, existing, revision));
    if (!current && create) current = await this.create(deployment, old, revision);
    return { old, current, all: current ? [...old, current] : old };
  }

  /** scale gives a set its size, and what it has to remember of the Deployment's; it tells of a changed size. */
  async scale(deployment: appsv1.Deployment, { set, replicas }: Scale): Promise<appsv1.ReplicaSet> {
    const annotations = sizeAnnotations(deployment);
    const before = sizeOf(set);
    if (before === replicas && hasSizeAnnotations(set, annotations)) return set;
    const updated = await this.context.client.resource(ReplicaSets).update({
      ...set,
      metadata: { ...set.metadata, annotations: { ...set.metadata?.annotations, ...annotations } },
      spec: { ...set.spec!, replicas },
    });
    if (before !== replicas) {
      const said = scalingMessage(await this.context.release(), set.metadata?.name ?? '', before, replicas);
      this.tell(deployment, 'Normal', 'ScalingReplicaSet', said);
    }
    return updated;
  }

  /** remove deletes sets that the history no longer holds. */
  async remove(sets: readonly appsv1.ReplicaSet[]): Promise<void> {
    for (const { metadata } of sets) {
      const preconditions = { uid: metadata?.uid };
      await this.context.client
        .resource(ReplicaSets)
        .delete(metadata?.namespace ?? '', metadata?.name ?? '', { preconditions, propagationPolicy: 'Background' })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
    }
  }

  private async adjust(
    deployment: appsv1.Deployment,
    set: appsv1.ReplicaSet,
    revision: bigint,
  ): Promise<appsv1.ReplicaSet> {
    const annotations = newSetAnnotations(deployment, set.metadata?.annotations ?? {}, revision);
    const minReadySeconds = deployment.spec?.minReadySeconds;
    if (
      !semanticEqual(annotations, set.metadata?.annotations) ||
      (minReadySeconds ?? 0) !== (set.spec?.minReadySeconds ?? 0)
    ) {
      const spec = { ...set.spec!, minReadySeconds };
      return this.context.client
        .resource(ReplicaSets)
        .update({ ...set, metadata: { ...set.metadata, annotations }, spec });
    }
    await this.note(
      deployment,
      set.metadata?.annotations?.[REVISION] ?? '',
      `Found new replica set ${JSON.stringify(set.metadata?.name)}`,
      'FoundNewReplicaSet',
      true,
    );
    return set;
  }

  private async create(
    deployment: appsv1.Deployment,
    old: readonly appsv1.ReplicaSet[],
    revision: bigint,
  ): Promise<appsv1.ReplicaSet> {
    const { clock, client } = this.context;
    const wanted = newSet(deployment, old, revision);
    const name = wanted.metadata!.name!;
    try {
      const created = await client.resource(ReplicaSets).create(wanted);
      if (sizeOf(created) > 0) {
        const said = scalingMessage(await this.context.release(), name, 0, sizeOf(created));
        this.tell(deployment, 'Normal', 'ScalingReplicaSet', said);
      }
      await this.note(
        deployment,
        String(revision),
        `Created new replica set ${JSON.stringify(name)}`,
        'NewReplicaSetCreated',
        false,
      );
      return created;
    } catch (error) {
      if (isAlreadyExists(error)) return this.resolveCollision(deployment, wanted, error);
      if (isNamespaceTerminating(error)) throw error;
      const message = `Failed to create new replica set ${JSON.stringify(name)}: ${(error as Error).message}`;
      if (hasDeadline(deployment)) {
        const condition = { type: 'Progressing', status: 'False', reason: 'ReplicaSetCreateError', message };
        const status = withCondition({ ...deployment.status }, condition, clock.now());
        await client.resource(Deployments).updateStatus({ ...deployment, status });
      }
      this.tell(deployment, 'Warning', 'ReplicaSetCreateError', message);
      throw error;
    }
  }

  /** resolveCollision: ours from an earlier pass that the cache has not seen, or another template with the same hash. */
  private async resolveCollision(
    deployment: appsv1.Deployment,
    wanted: appsv1.ReplicaSet,
    error: unknown,
  ): Promise<appsv1.ReplicaSet> {
    const { client } = this.context;
    const { namespace = '', name = '' } = wanted.metadata ?? {};
    const there = await client.resource(ReplicaSets).get(namespace, name);
    if (isControlledBy(there, deployment) && findNewSet(deployment, [there])) return there;
    const status = { ...deployment.status, collisionCount: (deployment.status?.collisionCount ?? 0) + 1 };
    await client.resource(Deployments).updateStatus({ ...deployment, status });
    throw error;
  }

  /** note writes the Deployment's own revision, and a first Progressing condition (`onlyFirst`) or a new one. */
  private async note(
    deployment: appsv1.Deployment,
    revision: string,
    message: string,
    reason: string,
    onlyFirst: boolean,
  ): Promise<void> {
    const condition = { type: 'Progressing', status: 'True', reason, message };
    const known = conditionOf(deployment.status, 'Progressing');
    const set = hasDeadline(deployment) && !(onlyFirst && known);
    const status = set
      ? withCondition({ ...deployment.status }, condition, this.context.clock.now())
      : deployment.status;
    const annotations = { ...deployment.metadata?.annotations, [REVISION]: revision };
    const stale = deployment.metadata?.annotations?.[REVISION] !== revision;
    if (!stale && semanticEqual(status, deployment.status)) return;
    const updated = await this.context.client.resource(Deployments).updateStatus({
      ...deployment,
      metadata: { ...deployment.metadata, annotations },
      status,
    });
    // What follows in this pass goes on from what was written.
    deployment.metadata = updated.metadata;
    deployment.status = updated.status;
  }

  private tell(deployment: appsv1.Deployment, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.context.events.event(deployment, type, reason, message);
  }
}

/** newSet is the replica set of the Deployment's current template. */
function newSet(deployment: appsv1.Deployment, old: readonly appsv1.ReplicaSet[], revision: bigint): appsv1.ReplicaSet {
  const template = deployment.spec?.template;
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template?.metadata?.labels, [HASH_LABEL]: hash };
  const selector = deployment.spec?.selector;
  return {
    metadata: {
      name: `${deployment.metadata?.name}-${hash}`,
      namespace: deployment.metadata?.namespace,
      labels,
      annotations: newSetAnnotations(deployment, undefined, revision),
      ownerReferences: [controllerReference(Deployments, deployment)],
    },
    spec: {
      replicas: newSetSize(deployment, old, undefined),
      minReadySeconds: deployment.spec?.minReadySeconds,
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template?.metadata, labels } },
    },
  } as appsv1.ReplicaSet;
}
