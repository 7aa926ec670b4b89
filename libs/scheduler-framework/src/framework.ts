import type { corev1 } from '@navarch/api';
import type { CycleState } from './cycle-state';
import type { ClusterEvent, Plugin, QueuedPod, Snapshot } from './interfaces';
import type { NodeInfo, PodInfo } from './node-info';
import { failure, type Status } from './status';

/** Framework runs the plugins, extension point by extension point, in their order. */
export class Framework {
  constructor(readonly plugins: readonly Plugin[]) {}

  /** less orders the queue. */
  less(a: QueuedPod, b: QueuedPod): boolean {
    return this.plugins.find(plugin => plugin.less)?.less?.(a, b) ?? a.since < b.since;
  }

  /** curedBy tells whether the event can help a pod that these plugins rejected. */
  curedBy(rejectedBy: ReadonlySet<string>, event: ClusterEvent): boolean {
    return (
      !rejectedBy.size || this.plugins.some(plugin => rejectedBy.has(plugin.name) && plugin.events.includes(event))
    );
  }

  /** preFilter answers the rejection, or the names of the only nodes worth a look (undefined: all). */
  preFilter(state: CycleState, pod: PodInfo, snapshot: Snapshot): { status?: Status; nodes?: ReadonlySet<string> } {
    let nodes: ReadonlySet<string> | undefined;
    for (const plugin of this.plugins) {
      const result = plugin.preFilter?.(state, pod, snapshot);
      if (!result) continue;
      if ('nodes' in result) nodes = nodes ? new Set([...nodes].filter(name => result.nodes.has(name))) : result.nodes;
      else if (result.code === 'skip') state.skipFilter.add(plugin.name);
      else return { status: { ...result, plugin: plugin.name } };
    }
    return { nodes };
  }

  /** filter answers the first rejection. */
  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    for (const plugin of this.plugins) {
      if (!plugin.filter || state.skipFilter.has(plugin.name)) continue;
      const status = plugin.filter(state, pod, node);
      if (status) return { ...status, plugin: plugin.name };
    }
    return undefined;
  }

  addPod(state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo): void {
    for (const plugin of this.plugins) if (!state.skipFilter.has(plugin.name)) plugin.addPod?.(state, pod, other, node);
  }

  removePod(state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo): void {
    for (const plugin of this.plugins)
      if (!state.skipFilter.has(plugin.name)) plugin.removePod?.(state, pod, other, node);
  }

  /** score answers each node's weighted sum, in the order of the nodes. */
  score(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[], snapshot: Snapshot): number[] {
    const totals = new Array<number>(nodes.length).fill(0);
    for (const plugin of this.plugins) {
      if (plugin.preScore?.(state, pod, nodes, snapshot)?.code === 'skip') state.skipScore.add(plugin.name);
    }
    for (const plugin of this.plugins) {
      if (!plugin.score || state.skipScore.has(plugin.name)) continue;
      const scores = nodes.map(node => plugin.score!(state, pod, node));
      plugin.normalize?.(state, pod, scores);
      scores.forEach((score, i) => (totals[i]! += score * (plugin.weight ?? 1)));
    }
    return totals;
  }

  async postFilter(
    state: CycleState,
    pod: PodInfo,
    rejections: ReadonlyMap<string, Status>,
  ): Promise<{ nominated?: string; status?: Status }> {
    let status: Status | undefined;
    for (const plugin of this.plugins) {
      const result = await plugin
        .postFilter?.(state, pod, rejections)
        .catch((error: unknown) => ({ status: failure(error), nominated: undefined }));
      if (result?.nominated) return result;
      status ??= result?.status;
    }
    return { status };
  }

  /** reserve asks all; after a failure those asked already are told to let go, last first. */
  async reserve(pod: corev1.Pod, node: string): Promise<Status | undefined> {
    const asked: Plugin[] = [];
    for (const plugin of this.plugins) {
      asked.push(plugin);
      const status = await plugin.reserve?.(pod, node);
      if (!status) continue;
      for (const done of asked.reverse()) await done.unreserve?.(pod, node);
      return { ...status, plugin: plugin.name };
    }
    return undefined;
  }

  async unreserve(pod: corev1.Pod, node: string): Promise<void> {
    for (const plugin of [...this.plugins].reverse()) await plugin.unreserve?.(pod, node);
  }

  /** bind runs preBind of all, then the first bind that does not skip. */
  async bind(pod: corev1.Pod, node: string): Promise<Status | undefined> {
    for (const plugin of this.plugins) {
      const status = await plugin.preBind?.(pod, node);
      if (status) return { ...status, plugin: plugin.name };
    }
    for (const plugin of this.plugins) {
      if (!plugin.bind) continue;
      const status = await plugin.bind(pod, node);
      if (status?.code !== 'skip') return status && { ...status, plugin: plugin.name };
    }
    return failure('no plugin binds pods');
  }
}
