import type { corev1 } from '@navarch/api';
import type { CycleState } from './cycle-state';
import type { NodeInfo, PodInfo } from './node-info';
import type { Status } from './status';

/** ClusterEvent is a change that may make an unschedulable pod schedulable. */
export type ClusterEvent =
  | 'NodeAdd'
  | 'NodeAllocatable'
  | 'NodeLabel'
  | 'NodeTaint'
  | 'AssignedPodAdd'
  | 'AssignedPodUpdate'
  | 'AssignedPodDelete'
  | 'StorageChange';

/** Snapshot is the cluster as one scheduling cycle sees it. */
export interface Snapshot {
  readonly nodes: readonly NodeInfo[];
  get(name: string): NodeInfo | undefined;
}

/** MAX_NODE_SCORE is the best a node can get from one plugin, before its weight. */
export const MAX_NODE_SCORE = 100;

/**
 * Plugin takes part in scheduling at any of the extension points, in the order in which they stand here. The deciding ones
 * (to score) are synchronous and pure but for the cycle state; undefined means success.
 */
export interface Plugin {
  readonly name: string;
  /** events tell which changes can cure this plugin's rejections. */
  readonly events: readonly ClusterEvent[];
  /** less orders the queue; exactly one plugin has it. */
  less?(a: QueuedPod, b: QueuedPod): boolean;
  /** preFilter looks at the pod once; it may reject it, skip the filter, or name the only nodes that can do. */
  preFilter?(
    state: CycleState,
    pod: PodInfo,
    snapshot: Snapshot,
  ): Status | { readonly nodes: ReadonlySet<string> } | undefined;
  filter?(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined;
  /** addPod and removePod keep the plugin's cycle state right while preemption imagines pods away. */
  addPod?(state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo): void;
  removePod?(state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo): void;
  /** postFilter is asked when no node fits: it may nominate one where room is being made. */
  postFilter?(
    state: CycleState,
    pod: PodInfo,
    rejections: ReadonlyMap<string, Status>,
  ): Promise<{ readonly nominated?: string; readonly status: Status }>;
  preScore?(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[], snapshot: Snapshot): Status | undefined;
  score?(state: CycleState, pod: PodInfo, node: NodeInfo): number;
  /** normalize brings the raw scores, one a node, to 0…MAX_NODE_SCORE, in place. */
  normalize?(state: CycleState, pod: PodInfo, scores: number[]): void;
  readonly weight?: number;
  reserve?(pod: corev1.Pod, node: string): Promise<Status | undefined>;
  unreserve?(pod: corev1.Pod, node: string): Promise<void>;
  preBind?(pod: corev1.Pod, node: string): Promise<Status | undefined>;
  bind?(pod: corev1.Pod, node: string): Promise<Status | undefined>;
}

/** QueuedPod is a pod that waits to be scheduled, with its history. Times in milliseconds since the epoch. */
export interface QueuedPod {
  readonly info: PodInfo;
  /** attempts counts the scheduling cycles it has been through. */
  attempts: number;
  /** since is when it was added to the queue last. */
  since: number;
  readonly firstSeen: number;
  /** rejectedBy are the plugins that said no the last time. */
  rejectedBy: ReadonlySet<string>;
}
