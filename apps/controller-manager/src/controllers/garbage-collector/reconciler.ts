import type { ResourceToken } from '@navarch/api';
import { isNotFound, isStatus, type KubeObject, type OwnerReference } from '@navarch/apimachinery';
import type { ResourceClient } from '@navarch/client';
import { retryOnConflict, type Result } from '@navarch/controller-runtime';
import type { ControllerContext } from '../../context';
import { kindKey } from '../../shared/discovery';
import { FOREGROUND, ORPHAN, type DependencyGraph, type GraphNode } from './graph';
import type { Monitors } from './monitors';
import { ownerState, planCollect } from './plan';

/** Collector deletes objects whose owners are gone, and carries out foreground deletion and orphaning. Before it acts it asks the server. */
export class Collector {
  constructor(
    private readonly context: ControllerContext,
    private readonly graph: DependencyGraph,
    private readonly monitors: Monitors,
  ) {}

  /** attemptToDelete looks whether the object of this uid is to be collected. */
  async attemptToDelete(uid: string): Promise<Result | void> {
    const node = this.graph.get(uid);
    if (!node || (node.beingDeleted && !node.deletingDependents)) return;
    const token = this.tokenOf(node);
    if (!token) throw new Error(`the server serves no ${node.apiVersion} ${node.kind}`);
    const live = await this.find(token, token.namespaced ? node.namespace : '', node.name);
    if (!live || live.metadata?.uid !== uid) return this.graph.remove(uid);
    // It is there; the informer will tell.
    if (node.virtual) return { requeueAfterMs: 1_000 };
    if (node.deletingDependents) return this.continueForeground(node, token, live);
    const references = live.metadata.ownerReferences ?? [];
    const states = [];
    for (const reference of references) {
      const owner = await this.owner(reference, token, live);
      if (owner === 'unreachable') return;
      states.push({ reference, state: ownerState(reference, owner) });
    }
    const circle = [...node.dependents].some(dependent => dependent.deletingDependents);
    const plan = planCollect(live, states, node.dependents.size > 0, circle);
    const client = this.context.client.resource(token);
    const { namespace = '', name = '' } = live.metadata;
    if (plan.do === 'release') {
      await this.change(client, live, metadata => ({
        ownerReferences: (metadata.ownerReferences ?? []).filter(owner => !plan.uids.includes(owner.uid)),
      }));
    } else if (plan.do === 'delete') {
      if (plan.unblock) {
        await this.change(client, live, metadata => ({
          ownerReferences: (metadata.ownerReferences ?? []).map(owner => ({ ...owner, blockOwnerDeletion: false })),
        }));
      }
      const resourceVersion = plan.unblock ? undefined : live.metadata.resourceVersion;
      await client
        .delete(namespace, name, { propagationPolicy: plan.policy, preconditions: { uid, resourceVersion } })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
      this.context.log.v(2, 'deleted an object without owners', { kind: node.kind, namespace, name });
    }
  }

  /** attemptToOrphan takes the owner out of its dependents' references, then lets it go. */
  async attemptToOrphan(uid: string): Promise<void> {
    const node = this.graph.get(uid);
    if (!node?.token) return;
    await Promise.all(
      [...node.dependents].map(async dependent => {
        const token = this.tokenOf(dependent);
        if (!token) return;
        const client = this.context.client.resource(token);
        const live = await this.find(token, dependent.namespace, dependent.name);
        if (!live || live.metadata?.uid !== dependent.uid) return;
        await this.change(client, live, metadata => ({
          ownerReferences: (metadata.ownerReferences ?? []).filter(owner => owner.uid !== uid),
        }));
      }),
    );
    await this.removeFinalizer(node, node.token, ORPHAN);
  }

  private async continueForeground(node: GraphNode, token: ResourceToken<KubeObject>, live: KubeObject): Promise<void> {
    if (!live.metadata?.finalizers?.includes(FOREGROUND)) return;
    const blocking = this.graph.blockingDependents(node);
    if (!blocking.length) return this.removeFinalizer(node, token, FOREGROUND);
    for (const dependent of blocking) if (!dependent.deletingDependents) this.monitors.requeue(dependent.uid);
  }

  private async removeFinalizer(node: GraphNode, token: ResourceToken<KubeObject>, finalizer: string): Promise<void> {
    const live = await this.find(token, node.namespace, node.name);
    if (!live?.metadata?.finalizers?.includes(finalizer) || live.metadata.uid !== node.uid) return;
    await this.change(this.context.client.resource(token), live, metadata => ({
      finalizers: (metadata.finalizers ?? []).filter(name => name !== finalizer),
    }));
  }

  /** change patches metadata on the condition that nobody else changed it since; again with the newest state if somebody did. */
  private async change(
    client: ResourceClient<KubeObject>,
    live: KubeObject,
    metadata: (current: NonNullable<KubeObject['metadata']>) => object,
  ): Promise<void> {
    const { namespace = '', name = '', uid } = live.metadata ?? {};
    let current: KubeObject | undefined = live;
    try {
      await retryOnConflict(async () => {
        current ??= await client.get(namespace, name);
        if (current.metadata?.uid !== uid) return;
        const { resourceVersion } = current.metadata!;
        const body = { metadata: { uid, resourceVersion, ...metadata(current.metadata!) } };
        current = undefined;
        await client.patch(namespace, name, { type: 'merge', body });
      });
    } catch (error) {
      if (!isNotFound(error) && !isStatus(error, 'Invalid')) throw error;
    }
  }

  /** owner reads an owner; 'unreachable' if a cluster-scoped object names a namespaced one, which nothing can resolve. */
  private async owner(
    reference: OwnerReference,
    ofToken: ResourceToken<KubeObject>,
    of: KubeObject,
  ): Promise<KubeObject | undefined | 'unreachable'> {
    const token = this.monitors.kinds.get(kindKey(reference.apiVersion, reference.kind));
    if (!token) throw new Error(`the server serves no ${reference.apiVersion} ${reference.kind}`);
    if (token.namespaced && !ofToken.namespaced) return 'unreachable';
    return this.find(token, token.namespaced ? (of.metadata?.namespace ?? '') : '', reference.name);
  }

  private async find(
    token: ResourceToken<KubeObject>,
    namespace: string,
    name: string,
  ): Promise<KubeObject | undefined> {
    try {
      return await this.context.client.resource(token).get(namespace, name);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  private tokenOf(node: GraphNode): ResourceToken<KubeObject> | undefined {
    return node.token ?? this.monitors.kinds.get(kindKey(node.apiVersion, node.kind));
  }
}
