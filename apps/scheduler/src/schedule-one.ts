import {
  CycleState,
  type Framework,
  type NodeInfo,
  type PodInfo,
  type Snapshot,
  type Status,
} from '@navarch/scheduler-framework';
import { nodesToFind } from './diagnosis';

/** Choice is a scheduling cycle's result: a node, or why there is none. */
export type Choice =
  | { readonly node: string; readonly evaluated: number; readonly feasible: number }
  | {
      readonly node?: undefined;
      readonly state: CycleState;
      readonly rejections: ReadonlyMap<string, Status>;
      readonly preFilter?: Status;
    };

/**
 * chooseNode is one scheduling cycle: pre-filter, filter from where the last cycle stopped (so that all nodes of a large
 * cluster get their turn), score, and the best, by lot among equals. A node has to fit also
 * with the pods that `reserve` puts on it. Pure but for `from` and `random`.
 */
export function chooseNode(
  framework: Framework,
  pod: PodInfo,
  snapshot: Snapshot,
  start: { next: number },
  random: () => number = Math.random,
  reserve: (node: NodeInfo) => NodeInfo = node => node,
): Choice {
  const state = new CycleState();
  const rejections = new Map<string, Status>();
  const { status, nodes: only } = framework.preFilter(state, pod, snapshot);
  if (status) return { state, rejections, preFilter: status };
  const candidates = only ? snapshot.nodes.filter(node => only.has(node.name)) : snapshot.nodes;
  const enough = nodesToFind(candidates.length);
  const feasible: NodeInfo[] = [];
  let looked = 0;
  for (; looked < candidates.length && feasible.length < enough; looked++) {
    const node = candidates[(start.next + looked) % candidates.length]!;
    const reserved = reserve(node);
    const rejection =
      framework.filter(state, pod, node) ?? (reserved === node ? undefined : framework.filter(state, pod, reserved));
    if (rejection) rejections.set(node.name, rejection);
    else feasible.push(node);
  }
  if (candidates.length) start.next = (start.next + looked) % candidates.length;
  if (!feasible.length) return { state, rejections };
  const evaluated = { evaluated: looked, feasible: feasible.length };
  if (feasible.length === 1) return { node: feasible[0]!.name, ...evaluated };
  return { node: best(feasible, framework.score(state, pod, feasible, snapshot), random), ...evaluated };
}

function best(nodes: readonly NodeInfo[], scores: readonly number[], random: () => number): string {
  const top = Math.max(...scores);
  const equals = nodes.filter((_, i) => scores[i] === top);
  return equals[Math.floor(random() * equals.length)]!.name;
}
