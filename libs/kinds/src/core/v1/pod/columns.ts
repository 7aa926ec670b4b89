import type { corev1 } from '@navarch/api';
import { defineColumns, type CellContext } from '../../../shared/columns';
import { ageColumn, ageOf, nameColumn, NONE, text, wide } from '../../../shared/printer';
import { summarize } from './summary';

const COMPLETED = { Succeeded: 'The pod has completed successfully.', Failed: 'The pod failed.' } as const;

/** podColumns are the columns of `kubectl get pods`. */
export const podColumns = defineColumns<corev1.Pod>(
  [
    nameColumn,
    text('Ready', pod => {
      const { ready, total } = summarize(pod);
      return `${ready}/${total}`;
    }),
    text('Status', pod => summarize(pod).status),
    { name: 'Restarts', type: 'integer', until: 21, cell: pod => summarize(pod).restarts },
    text('Restarts', restarts, { since: 22 }),
    ageColumn,
    wide('IP', pod => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || NONE),
    wide('Node', pod => pod.spec?.nodeName || NONE),
    wide('Nominated Node', pod => pod.status?.nominatedNodeName || NONE),
    wide('Readiness Gates', readinessGates),
  ],
  pod => {
    const phase = pod.status?.phase;
    if (phase !== 'Succeeded' && phase !== 'Failed') return undefined;
    return [{ type: 'Completed', status: 'True', reason: phase, message: COMPLETED[phase] }];
  },
);

function restarts(pod: corev1.Pod, context: CellContext): string {
  const { restarts, lastRestart } = summarize(pod);
  return restarts && lastRestart ? `${restarts} (${ageOf(lastRestart, context)} ago)` : String(restarts);
}

function readinessGates(pod: corev1.Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (!gates.length) return NONE;
  const conditions = new Map((pod.status?.conditions ?? []).map(c => [c.type, c.status]));
  return `${gates.filter(gate => conditions.get(gate.conditionType) === 'True').length}/${gates.length}`;
}
