import type { corev1 } from '@navarch/api';
import { uidOf, type NodeInfo, type PodInfo } from '@navarch/scheduler-framework';

const priority = ({ spec }: corev1.Pod) => spec?.priority ?? 0;
/** Nominations are the places that preemption makes for pods which are not there yet: nobody less important may take them. */
export class Nominations {
  private readonly byNode = new Map<string, Map<string, PodInfo>>();
  /** nodes is where each pod is nominated for, by uid. Invariant: byNode.get(nodes.get(uid)) has the uid. */
  private readonly nodes = new Map<string, string>();

  /** set nominates a pod for a node, in place of another it may be nominated for. */
  set(info: PodInfo, node: string): void {
    const uid = uidOf(info.pod);
    this.remove(uid);
    const pods = this.byNode.get(node) ?? new Map<string, PodInfo>();
    this.byNode.set(node, pods.set(uid, info));
    this.nodes.set(uid, node);
  }

  /** remove is for pods that got a node, or are gone. */
  remove(uid: string): void {
    const node = this.nodes.get(uid);
    if (node === undefined) return;
    this.nodes.delete(uid);
    const pods = this.byNode.get(node)!;
    pods.delete(uid);
    if (!pods.size) this.byNode.delete(node);
  }

  /** reserve is the node as a pod finds it: with those on it that are nominated for it and as important as the pod at least. */
  reserve(node: NodeInfo, { pod }: PodInfo): NodeInfo {
    let reserved = node;
    for (const nominated of this.byNode.get(node.name)?.values() ?? [])
      if (uidOf(nominated.pod) !== uidOf(pod) && priority(nominated.pod) >= priority(pod))
        reserved = reserved.withPod(nominated);
    return reserved;
  }
}
