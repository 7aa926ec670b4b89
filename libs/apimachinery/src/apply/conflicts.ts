import { StatusError } from '../status-error';
import type { Owner, Owners } from './entries';
import { fieldPathText, type PathElement } from './field-set';
import type { Changes } from './update';

/** Conflict is a field that somebody else owns with another value. */
export interface Conflict {
  readonly owner: Owner;
  readonly path: readonly PathElement[];
}

/** findConflicts lists the owned fields among the changed ones; `self` has no conflict with itself. */
export function findConflicts(owners: Owners, changes: Changes, self: string): Conflict[] {
  return [...owners]
    .filter(([id]) => id !== self)
    .flatMap(([, owner]) => {
      const changed = changes(owner.apiVersion);
      if (!changed) return [];
      const { added, modified } = changed;
      return [...owner.set.intersection(modified.union(added)).paths()].map(path => ({ owner, path }));
    });
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
