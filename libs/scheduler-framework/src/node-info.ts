import type { corev1 } from '@navarch/api';
import {
  add,
  noResources,
  podCapacity,
  podNonZeroRequests,
  podRequests,
  resourcesOf,
  type Resources,
} from './resources';

/** PodInfo is a pod with what is asked of it again and again, computed once. */
export interface PodInfo {
  readonly pod: corev1.Pod;
  readonly requests: Resources;
  readonly nonZeroRequests: Resources;
  readonly hostPorts: readonly HostPort[];
}

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** podInfo computes a PodInfo. */
export function podInfo(pod: corev1.Pod): PodInfo {
  return { pod, requests: podRequests(pod), nonZeroRequests: podNonZeroRequests(pod), hostPorts: hostPortsOf(pod) };
}

function hostPortsOf(pod: corev1.Pod): HostPort[] {
  const containers = [
    ...(pod.spec?.containers ?? []),
    ...(pod.spec?.initContainers ?? []).filter(c => c.restartPolicy === 'Always'),
  ];
  return containers
    .flatMap(container => container.ports ?? [])
    .filter(port => port.hostPort)
    .map(port => ({ ip: port.hostIP || '0.0.0.0', protocol: port.protocol ?? 'TCP', port: port.hostPort! }));
}

/** portsConflict: both cannot be bound on one host. 0.0.0.0 is every address. */
export function portsConflict(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0');
}

/** NodeInfo is a node with the pods on it and their sums. Change it only by withPod and withoutPod, which copy. */
export class NodeInfo {
  private constructor(
    readonly node: corev1.Node | undefined,
    readonly pods: ReadonlyMap<string, PodInfo>,
    readonly allocatable: Resources,
    readonly podCapacity: number,
    readonly requested: Resources,
    readonly nonZeroRequested: Resources,
  ) {}

  /** of makes a NodeInfo; `node` is undefined while pods are known to be on a node that is not known yet. */
  static of(node: corev1.Node | undefined, pods: Iterable<PodInfo> = []): NodeInfo {
    const requested = noResources();
    const nonZeroRequested = noResources();
    const byUid = new Map<string, PodInfo>();
    for (const info of pods) {
      byUid.set(uidOf(info.pod), info);
      add(requested, info.requests);
      add(nonZeroRequested, info.nonZeroRequests);
    }
    const allocatable = node?.status?.allocatable;
    return new NodeInfo(node, byUid, resourcesOf(allocatable), podCapacity(allocatable), requested, nonZeroRequested);
  }

  get name(): string {
    return this.node?.metadata?.name ?? '';
  }

  withNode(node: corev1.Node | undefined): NodeInfo {
    return NodeInfo.of(node, this.pods.values());
  }

  withPod(info: PodInfo): NodeInfo {
    const pods = new Map(this.pods);
    pods.set(uidOf(info.pod), info);
    const previous = this.pods.get(uidOf(info.pod));
    return this.changed(pods, [previous && { info: previous, times: -1 }, { info, times: 1 }]);
  }

  withoutPod(uid: string): NodeInfo {
    const info = this.pods.get(uid);
    if (!info) return this;
    const pods = new Map(this.pods);
    pods.delete(uid);
    return this.changed(pods, [{ info, times: -1 }]);
  }

  private changed(pods: Map<string, PodInfo>, changes: ({ info: PodInfo; times: number } | undefined)[]): NodeInfo {
    const requested = { ...this.requested, scalars: new Map(this.requested.scalars) };
    const nonZeroRequested = { ...this.nonZeroRequested, scalars: new Map(this.nonZeroRequested.scalars) };
    for (const change of changes) {
      if (!change) continue;
      add(requested, change.info.requests, change.times);
      add(nonZeroRequested, change.info.nonZeroRequests, change.times);
    }
    return new NodeInfo(this.node, pods, this.allocatable, this.podCapacity, requested, nonZeroRequested);
  }
}

/** uidOf is the pod's uid: names come back, uids do not. */
export function uidOf(pod: corev1.Pod): string {
  return pod.metadata?.uid ?? '';
}
