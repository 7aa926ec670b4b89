import { StatusError } from '../status-error';
import type { Owner, Owners } from './entries';
import { fieldPathText, type FieldSet, type PathElement } from './field-set';
import type { Ownership } from './releases';
import type { Changes } from './update';

/** Conflict is a field that somebody else owns with another value. */
export interface Conflict {
  readonly owner: Owner;
  readonly path: readonly PathElement[];
}

/** findConflicts lists the owned fields among the changed ones; `self` has no conflict with itself. */
export function findConflicts(
  owners: Owners,
  changes: Changes,
  self: string,
  { sharesPaths }: Pick<Ownership, 'sharesPaths'>,
): Conflict[] {
  return [...owners]
    .filter(([id]) => id !== self)
    .flatMap(([, owner]) => {
      const changed = changes(owner.apiVersion);
      if (!changed) return [];
      const { added, modified } = changed;
      const set = owner.set.intersection(modified.union(added));
      return (sharesPaths ? sharedPaths(set) : [...set.paths()]).map(path => ({ owner, path }));
    });
}

/** Growing is a path in an array with room for `capacity` steps, which longer paths may go on to write to. */
interface Growing {
  readonly steps: PathElement[];
  readonly length: number;
  readonly capacity: number;
}

/**
 * sharedPaths are a set's paths as v1.20 tells them. It makes them of slices whose arrays double when they are full, and reads none
 * before the last is made: of two containers' fields only the last one's names are left.
 */
function sharedPaths(set: FieldSet): PathElement[][] {
  const made: Growing[] = [];
  const collect = (from: FieldSet, prefix: Growing): void => {
    for (const step of from.ownSteps()) made.push(grown(prefix, step));
    for (const [step, child] of from.parts()) collect(child, grown(prefix, step));
  };
  collect(set, { steps: [], length: 0, capacity: 0 });
  return made.map(({ steps, length }) => steps.slice(0, length));
}

function grown({ steps, length, capacity }: Growing, step: PathElement): Growing {
  const hasRoom = length < capacity;
  const array = hasRoom ? steps : steps.slice(0, length);
  array[length] = step;
  return { steps: array, length: length + 1, capacity: hasRoom ? capacity : Math.max(1, capacity * 2) };
}

/** conflictError is the 409 that lists the conflicts, by manager. */
export function conflictError(conflicts: readonly Conflict[]): StatusError {
  const causes = conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${ownerText(owner)}`,
    field: fieldPathText(path),
  }));
  return new StatusError(409, 'Conflict', message(conflicts), { causes });
}

function message(conflicts: readonly Conflict[]): string {
  if (conflicts.length === 1) {
    const { owner, path } = conflicts[0]!;
    return `Apply failed with 1 conflict: conflict with ${ownerText(owner)}: ${fieldPathText(path)}`;
  }
  const byOwner = new Map<string, string[]>();
  for (const { owner, path } of conflicts)
    byOwner.set(ownerText(owner), [...(byOwner.get(ownerText(owner)) ?? []), `- ${fieldPathText(path)}`]);
  const parts = [...byOwner.keys()].sort().flatMap(owner => [`conflicts with ${owner}:`, ...byOwner.get(owner)!]);
  return `Apply failed with ${conflicts.length} conflicts: ${parts.join('\n')}`;
}

function ownerText({ manager, operation, apiVersion, subresource }: Owner): string {
  const who = subresource
    ? `${JSON.stringify(manager)} with subresource ${JSON.stringify(subresource)}`
    : JSON.stringify(manager);
  return operation === 'Update' ? `${who} using ${apiVersion}` : who;
}
