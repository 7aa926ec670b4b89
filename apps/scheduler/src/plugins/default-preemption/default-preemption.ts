import { Pods } from '@navarch/api';
import { isNotFound } from '@navarch/apimachinery';
import { rfc3339, type Clock } from '@navarch/base';
import type { EventRecorder, KubeClient } from '@navarch/client';
import {
  unschedulable,
  type Framework,
  type Plugin,
  type PodInfo,
  type Snapshot,
  type Status,
} from '@navarch/scheduler-framework';
import { countReasons } from '../../diagnosis';
import { pickCandidate, selectVictims, type Candidate } from './victims';

/** PreemptionOptions: framework and snapshot are asked for when needed, since the framework holds this plugin too. */
export interface PreemptionOptions {
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly framework: () => Framework;
  readonly snapshot: () => Snapshot;
}

const NOT_HELPFUL = unschedulable('Preemption is not helpful for scheduling');
const NO_VICTIMS = unschedulable('No preemption victims found for incoming pod');
const NOT_ELIGIBLE = unschedulable('not eligible due to preemptionPolicy=Never.');

/** defaultPreemption makes room for a pod by evicting less important ones from the node where that costs least. */
export function defaultPreemption(options: PreemptionOptions): Plugin {
  const { client, events, clock } = options;
  const pods = client.resource(Pods);

  const evict = async (victim: PodInfo, preemptor: PodInfo, node: string) => {
    const { namespace = '', name = '', uid } = victim.pod.metadata ?? {};
    const message = `default-scheduler: preempting to accommodate a higher priority pod`;
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message,
      lastTransitionTime: rfc3339(clock.now()),
    };
    try {
      await pods.patch(
        namespace,
        name,
        { type: 'strategic', body: { metadata: { uid }, status: { conditions: [condition] } } },
        { subresource: 'status' },
      );
      await pods.delete(namespace, name, { preconditions: { uid } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    events.event(victim.pod, 'Normal', 'Preempted', `Preempted by pod ${preemptor.pod.metadata?.uid} on node ${node}`);
  };

  return {
    name: 'DefaultPreemption',
    events: ['AssignedPodDelete'],
    async postFilter(state, pod, rejections) {
      const snapshot = options.snapshot();
      if (pod.pod.spec?.preemptionPolicy === 'Never')
        return { status: unschedulable(`preemption: ${NOT_ELIGIBLE.reasons[0]}`) };
      const verdicts = new Map<string, Status>();
      const candidates: Candidate[] = [];
      for (const [name, rejection] of rejections) {
        const node = snapshot.get(name);
        const candidate =
          node && rejection.code === 'unschedulable' ? selectVictims(options.framework(), state, pod, node) : undefined;
        if (candidate) candidates.push(candidate);
        else verdicts.set(name, rejection.code === 'unschedulable' ? NO_VICTIMS : NOT_HELPFUL);
      }
      const chosen = pickCandidate(candidates);
      if (!chosen) {
        const total = snapshot.nodes.length;
        return {
          status: unschedulable(
            `preemption: 0/${total} nodes are available${verdicts.size ? `: ${countReasons(verdicts.values())}` : ''}.`,
          ),
        };
      }
      for (const victim of chosen.victims) await evict(victim, pod, chosen.node);
      return { nominated: chosen.node, status: unschedulable() };
    },
  };
}
