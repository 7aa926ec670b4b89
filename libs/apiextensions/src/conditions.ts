import { rfc3339 } from '@navarch/base';
import { isProtectedGroup, structuralFindings } from '@navarch/kinds';
import { hasWrongBundle, isTrue, type Condition, type Definition } from './definition';
import { approvalOf } from './approval';
import { planNames } from './names';

type Status = NonNullable<Definition['status']>;
type Fresh = Omit<Condition, 'lastTransitionTime'>;

/** Moment is what a status depends on besides the definitions. */
export interface Moment {
  /** served: the names were accepted before, and objects are served by now; only then a definition is established. */
  readonly served: boolean;
  /** now in milliseconds. */
  readonly now: number;
  readonly emulated: number;
}

/**
 * planStatus is the status that a definition should have: accepted names and what follows from them, and what is to be said of
 * its schemas and its group. undefined: it is right as it is. Pure.
 */
export function planStatus(definition: Definition, others: readonly Definition[], moment: Moment): Status | undefined {
  const { status } = definition;
  const names = planNames(definition, others);
  const wanted: Fresh[] = [names.condition, establishedOf(definition, names.condition.status === 'True', moment)];
  const findings = structuralFindings(definition);
  if (findings.length) wanted.push(nonStructural(findings));
  const { group } = definition.spec;
  if (isProtectedGroup(group)) wanted.push(approvalOf(definition));

  const present = status?.conditions ?? [];
  const kept = present.filter(c => !OURS.has(c.type));
  const conditions = [...wanted.map(condition => dated(condition, present, moment.now)), ...kept];
  const planned: Status = { ...status, conditions, acceptedNames: names.accepted };
  return same(planned, status) ? undefined : planned;
}

const OURS = new Set(['NamesAccepted', 'Established', 'NonStructuralSchema', 'KubernetesAPIApprovalPolicyConformant']);

function establishedOf(definition: Definition, accepted: boolean, { served, emulated }: Moment): Fresh {
  const type = 'Established';
  const present = definition.status?.conditions?.find(c => c.type === type);
  if (present?.status === 'True') return present;
  if (!accepted) return { type, status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
  if (hasWrongBundle(definition, emulated)) {
    const wrong = 'The conversion webhook CABundle is invalid';
    return { type, status: 'False', reason: 'InvalidCABundle', message: wrong };
  }
  const message = 'the initial names have been accepted';
  return served && isTrue(definition, 'NamesAccepted')
    ? { type, status: 'True', reason: 'InitialNamesAccepted', message }
    : { type, status: 'False', reason: 'Installing', message };
}

function nonStructural(findings: readonly { field: string; message: string }[]): Fresh {
  const texts = [...new Set(findings.map(f => `${f.field}: ${f.message}`))].sort();
  const message = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
  return { type: 'NonStructuralSchema', status: 'True', reason: 'Violations', message };
}

/** dated keeps the time of a condition whose status stays. */
function dated({ type, status, reason, message }: Fresh, present: readonly Condition[], now: number): Condition {
  const old = present.find(c => c.type === type);
  const lastTransitionTime = old?.status === status && old.lastTransitionTime ? old.lastTransitionTime : rfc3339(now);
  return { type, status, lastTransitionTime, ...(reason && { reason }), ...(message && { message }) };
}

function same(planned: Status, present: Status | undefined): boolean {
  const plain = ({ conditions, acceptedNames }: Status) => ({
    names: acceptedNames,
    conditions: Object.fromEntries(
      (conditions ?? []).map(({ type, status, reason, message }) => [type, { status, reason, message }]),
    ),
  });
  return present !== undefined && JSON.stringify(sorted(plain(planned))) === JSON.stringify(sorted(plain(present)));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, part]) => [key, sorted(part)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
