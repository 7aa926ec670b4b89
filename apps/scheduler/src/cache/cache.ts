import type { corev1 } from '@navarch/api';
import { NodeInfo, podInfo, uidOf, type PodInfo, type Snapshot } from '@navarch/scheduler-framework';

/**
 * Cache is what the scheduler believes of the cluster: nodes and the pods on them, the assumed ones (chosen, but not yet seen
 * in the API) among them. Snapshots are cheap: NodeInfos are immutable, an unchanged cache hands out the same snapshot.
 */
export class Cache {
  private readonly nodes = new Map<string, NodeInfo>();
  /** where each known pod is, by uid. Invariant: nodes.get(where).pods has it. */
  private readonly where = new Map<string, string>();
  private readonly assumed = new Set<string>();
  /** current is the last snapshot while it is still true. */
  private current: IndexedSnapshot | undefined;

  setNode(node: corev1.Node): void {
    const name = node.metadata!.name!;
    this.put(name, (this.nodes.get(name) ?? NodeInfo.of(undefined)).withNode(node));
  }

  /** removeNode forgets the node; its pods stay until they are gone from the API too. */
  removeNode(name: string): void {
    const info = this.nodes.get(name);
    if (info) this.put(name, info.withNode(undefined));
  }

  /** setPod takes a pod that the API says is on a node; it confirms an assumed one. */
  setPod(pod: corev1.Pod): void {
    this.assumed.delete(uidOf(pod));
    this.place(podInfo(pod), pod.spec!.nodeName!);
  }

  removePod(pod: corev1.Pod): void {
    this.displace(uidOf(pod));
  }

  /** assume puts a pod on a node before the API says so. */
  assume(info: PodInfo, node: string): void {
    const uid = uidOf(info.pod);
    if (this.where.has(uid)) throw new Error(`pod ${info.pod.metadata?.name} is on ${this.where.get(uid)} already`);
    this.assumed.add(uid);
    this.place(info, node);
  }

  /** forget takes an assumption back; a pod that was confirmed since stays. */
  forget(info: PodInfo): void {
    if (this.assumed.has(uidOf(info.pod))) this.displace(uidOf(info.pod));
  }

  isKnown(pod: corev1.Pod): boolean {
    return this.where.has(uidOf(pod));
  }

  /** snapshot is the nodes that exist, in a stable order. Pods coming and going cost a copy of the list, no more. */
  snapshot(): Snapshot {
    if (!this.current) {
      const nodes = [...this.nodes.values()].filter(info => info.node);
      this.current = snapshotOf(nodes, new Map(nodes.map((info, i) => [info.name, i])));
    }
    return this.current;
  }

  private place(info: PodInfo, node: string): void {
    const uid = uidOf(info.pod);
    const before = this.where.get(uid);
    if (before !== undefined && before !== node) this.displace(uid);
    this.where.set(uid, node);
    this.put(node, (this.nodes.get(node) ?? NodeInfo.of(undefined)).withPod(info));
  }

  private displace(uid: string): void {
    const node = this.where.get(uid);
    if (node === undefined) return;
    this.where.delete(uid);
    this.assumed.delete(uid);
    this.put(node, this.nodes.get(node)!.withoutPod(uid));
  }

  private put(name: string, info: NodeInfo): void {
    if (info.node || info.pods.size) this.nodes.set(name, info);
    else this.nodes.delete(name);
    const at = this.current?.positions.get(name);
    if (!this.current || at === undefined || !info.node) {
      this.current = undefined;
      return;
    }
    const nodes = this.current.nodes.slice();
    nodes[at] = info;
    this.current = snapshotOf(nodes, this.current.positions);
  }
}

/** IndexedSnapshot knows where each node stands in the list. */
interface IndexedSnapshot extends Snapshot {
  readonly positions: ReadonlyMap<string, number>;
}

function snapshotOf(nodes: readonly NodeInfo[], positions: ReadonlyMap<string, number>): IndexedSnapshot {
  return { nodes, positions, get: name => nodes[positions.get(name) ?? -1] };
}
