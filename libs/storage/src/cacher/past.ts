import type { Change } from '../change';
import type { StoredEntry } from '../entry';
import type { Predicate, ResourceStorageConfig } from '../interface';
import { rangeOf } from '../keys';

/** candidatesBefore undoes changes: from the present candidates of a predicate it makes those before the first of the changes. */
export function candidatesBefore(
  config: ResourceStorageConfig,
  present: readonly StoredEntry[],
  changes: readonly Change[],
  predicate: Predicate,
  after = '',
): readonly StoredEntry[] {
  if (!changes.length) return present;
  const undone = new Map<string, StoredEntry | undefined>();
  for (const change of changes) {
    const { key } = change.entry;
    if (!undone.has(key)) undone.set(key, change.previous);
  }
  const prefix = rangeOf(config, predicate);
  const kept = present.filter(entry => !undone.has(entry.key));
  for (const [key, entry] of undone) if (entry && key.startsWith(prefix) && key > after) kept.push(entry);
  return kept.sort((a, b) => (a.key < b.key ? -1 : 1));
}
