import { deepEqual } from '@navarch/apimachinery';
import { nameOf, type Condition, type Definition, type Names } from './definition';

/** NamesPlan is what a definition's names come to. */
export interface NamesPlan {
  readonly accepted: Names;
  readonly condition: Omit<Condition, 'lastTransitionTime'>;
}

/** planNames accepts the names that a definition asks for, as far as no other of its group has them. Pure. */
export function planNames(definition: Definition, others: readonly Definition[]): NamesPlan {
  const { spec, status } = definition;
  const wanted = spec.names;
  const present: Names = status?.acceptedNames ?? { plural: '', kind: '' };
  const taken = takenNames(definition, others);
  const accepted: Names = { ...present };
  let conflict: { reason: string; message: string } | undefined;
  const decide = (reason: string, faults: readonly string[], accept: () => void) => {
    if (!faults.length) return accept();
    const message = faults.length === 1 ? faults[0]! : `[${faults.join(', ')}]`;
    conflict = { reason: `${reason}Conflict`, message };
  };
  const fault = (name: string | undefined, own: string | undefined, used: ReadonlySet<string>) =>
    name === own || !used.has(name ?? '') ? [] : [`${JSON.stringify(name)} is already in use`];

  decide('Plural', fault(wanted.plural, present.plural, taken.resources), () => (accepted.plural = wanted.plural));
  decide('Singular', fault(wanted.singular, present.singular, taken.resources), () =>
    set(accepted, wanted, 'singular'),
  );
  if (!deepEqual(wanted.shortNames ?? [], present.shortNames ?? [])) {
    const fresh = (wanted.shortNames ?? []).filter(name => !present.shortNames?.includes(name));
    const faults = fresh.flatMap(name => fault(name, '', taken.resources));
    decide('ShortNames', faults, () => set(accepted, wanted, 'shortNames'));
  }
  decide('Kind', fault(wanted.kind, present.kind, taken.kinds), () => (accepted.kind = wanted.kind));
  decide('ListKind', fault(wanted.listKind, present.listKind, taken.kinds), () => set(accepted, wanted, 'listKind'));
  set(accepted, wanted, 'categories');
  return {
    accepted,
    condition: conflict
      ? { type: 'NamesAccepted', status: 'False', ...conflict }
      : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
  };
}

function set(accepted: Names, wanted: Names, name: 'singular' | 'shortNames' | 'listKind' | 'categories'): void {
  const value = wanted[name];
  if (value === undefined) delete accepted[name];
  else Object.assign(accepted, { [name]: value });
}

function takenNames(definition: Definition, others: readonly Definition[]) {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const other of others) {
    if (other.spec.group !== definition.spec.group || nameOf(other) === nameOf(definition)) continue;
    const {
      plural,
      singular,
      shortNames = [],
      kind,
      listKind,
    } = other.status?.acceptedNames ?? { plural: '', kind: '' };
    for (const name of [plural, singular, ...shortNames]) if (name) resources.add(name);
    for (const name of [kind, listKind]) if (name) kinds.add(name);
  }
  return { resources, kinds };
}
