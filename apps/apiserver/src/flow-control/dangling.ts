import type { flowcontrolv1 } from '@navarch/api';
import { rfc3339 } from '@navarch/base';

const DANGLING = 'Dangling';

/** danglingCondition is the condition that a FlowSchema is to have; undefined if it has it. Pure. */
export function danglingCondition(
  { spec, status }: flowcontrolv1.FlowSchema,
  hasLevel: (name: string) => boolean,
  nowMs: number,
): flowcontrolv1.FlowSchemaCondition | undefined {
  const name = spec?.priorityLevelConfiguration?.name ?? '';
  const refers = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(name)}`;
  const wanted = hasLevel(name)
    ? { status: 'False', reason: 'Found', message: `${refers} and it exists` }
    : { status: 'True', reason: 'NotFound', message: `${refers} but there is no such object` };
  const present = status?.conditions?.find(condition => condition.type === DANGLING);
  const { reason, message } = wanted;
  if (present?.status === wanted.status && present.reason === reason && present.message === message) return undefined;
  const since = present?.status === wanted.status ? present.lastTransitionTime : undefined;
  return { type: DANGLING, ...wanted, lastTransitionTime: since ?? rfc3339(nowMs) };
}
