import { Nodes, Pods, type coordinationv1, type corev1 } from '@navarch/api';
import { isDeleting, isNotFound, type ObjectKey } from '@navarch/apimachinery';
import { TokenBucket, rfc3339 } from '@navarch/base';
import type { Informer } from '@navarch/client';
import { retryOnConflict, type Result } from '@navarch/controller-runtime';
import type { ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import { podCondition } from '../../shared/pods';
import type { NodeHealth } from './health';
import { conditionOf, mayEvict, planTaints, silentConditions } from './plan';

export const NODE_NAME_INDEX = 'nodeName';
export const LEASE_NAMESPACE = 'kube-node-lease';

/** NodeReconciler marks nodes that are silent, taints them by their conditions, and marks the pods of silent nodes not ready. */
export class NodeReconciler {
  /** Nodes begin to be evicted one after the other, so that an error of ours cannot empty the cluster at once. */
  private readonly evictions: TokenBucket;
  /** registered are the nodes that were told of, by name. */
  private readonly registered = new Map<string, corev1.Node>();

  constructor(
    private readonly context: ControllerContext,
    private readonly nodes: Informer<corev1.Node>,
    private readonly pods: Informer<corev1.Pod>,
    private readonly leases: Informer<coordinationv1.Lease>,
    private readonly health: NodeHealth,
  ) {
    this.evictions = new TokenBucket(0.1, 1, context.clock.now());
  }

  async reconcile({ name }: ObjectKey): Promise<Result | void> {
    const cached = this.nodes.get('', name);
    if (!cached) {
      this.unregister(name);
      return this.health.forget(name);
    }
    this.register(name, cached);
    const now = this.context.clock.now();
    const grace = this.context.settings.nodeMonitorGracePeriodMs;
    const silentMs = now - this.health.see(name, cached, this.leases.get(LEASE_NAMESPACE, name), now);
    const node = silentMs > grace ? await this.markSilent(cached) : cached;
    const wait = await this.taint(node);
    const ready = conditionOf(node, 'Ready')?.status;
    if (ready !== undefined && ready !== 'True') await this.markPodsNotReady(name);
    const next = Math.max(silentMs > grace ? this.context.settings.nodeMonitorPeriodMs : 0, grace - silentMs + 1);
    return { requeueAfterMs: wait === undefined ? next : Math.min(next, wait) };
  }

  private register(name: string, node: corev1.Node): void {
    const known = this.registered.get(name);
    if (known && known.metadata?.uid !== node.metadata?.uid) this.unregister(name);
    if (!this.registered.has(name)) this.tell(node, 'RegisteredNode', `Registered Node ${name} in Controller`);
    this.registered.set(name, node);
  }

  private unregister(name: string): void {
    const node = this.registered.get(name);
    if (node) this.tell(node, 'RemovingNode', `Removing Node ${name} from Controller`);
    this.registered.delete(name);
  }

  private tell(node: corev1.Node, reason: string, said: string): void {
    this.context.events.event(node, 'Normal', reason, `Node ${node.metadata?.name} event: ${said}`);
  }

  private async markSilent(cached: corev1.Node): Promise<corev1.Node> {
    if (!silentConditions(cached, this.context.clock.now())) return cached;
    const client = this.context.client.resource(Nodes);
    const name = cached.metadata?.name ?? '';
    const before = conditionOf(cached, 'Ready')?.status;
    const updated = await retryOnConflict(async () => {
      const fresh = await client.get('', name);
      const conditions = silentConditions(fresh, this.context.clock.now());
      return conditions ? client.updateStatus({ ...fresh, status: { ...fresh.status, conditions } }) : fresh;
    });
    if (before === 'True')
      this.context.events.event(updated, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
    return updated;
  }

  /** taint writes the node's taints; it answers how long to wait if its eviction has to. */
  private async taint(node: corev1.Node): Promise<number | undefined> {
    const now = this.context.clock.now();
    const has = (node.spec?.taints ?? []).some(taint => taint.effect === 'NoExecute');
    const allowed = mayEvict(this.nodes.list());
    let wait: number | undefined;
    let evict = allowed;
    const wanted = planTaints(node, true, now).some(taint => taint.effect === 'NoExecute');
    if (allowed && wanted && !has && !this.evictions.take(now)) {
      evict = false;
      wait = 10_000;
    }
    const taints = planTaints(node, evict, now);
    if (!semanticEqual(taints, node.spec?.taints)) {
      const body = {
        metadata: { resourceVersion: node.metadata?.resourceVersion },
        spec: { taints: taints.length ? taints : null },
      };
      await this.context.client.resource(Nodes).patch('', node.metadata?.name ?? '', { type: 'merge', body });
    }
    return wait;
  }

  /** markPodsNotReady replaces whole statuses: early releases grant no patch. A conflict is retried, once the cache has caught up. */
  private async markPodsNotReady(node: string): Promise<void> {
    const client = this.context.client.resource(Pods);
    for (const pod of this.pods.byIndex(NODE_NAME_INDEX, node)) {
      if (podCondition(pod, 'Ready')?.status !== 'True' || isDeleting(pod)) continue;
      const lastTransitionTime = rfc3339(this.context.clock.now());
      const conditions = pod.status?.conditions?.map(condition =>
        condition.type === 'Ready' ? { ...condition, status: 'False', lastTransitionTime } : condition,
      );
      this.context.events.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
      await client.updateStatus({ ...pod, status: { ...pod.status, conditions } }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
  }
}
