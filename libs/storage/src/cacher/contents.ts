import type { StoredEntry } from '../entry';
import type { ListOptions, ListResult, Predicate, ResourceStorageConfig, Revision } from '../interface';
import { hasSelector, matches, rangeOf, singleKey } from '../keys';
import { SortedEntries } from './sorted-entries';

/** Contents are a resource's present objects: by key, in order, and by the indexed fields. */
export class Contents {
  private readonly byKey = new Map<string, StoredEntry>();
  private readonly sorted: SortedEntries;
  /** byField has a bucket for each value that some object has. */
  private readonly byField: ReadonlyMap<string, Map<string, SortedEntries>>;

  constructor(
    private readonly config: ResourceStorageConfig,
    entries: readonly StoredEntry[] = [],
  ) {
    this.sorted = new SortedEntries(entries);
    this.byField = new Map((config.indexes ?? []).map(field => [field, new Map<string, SortedEntries>()]));
    for (const entry of entries) {
      this.byKey.set(entry.key, entry);
      this.index(entry);
    }
  }

  get size(): number {
    return this.byKey.size;
  }

  get(key: string): StoredEntry | undefined {
    return this.byKey.get(key);
  }

  set(entry: StoredEntry): void {
    const previous = this.byKey.get(entry.key);
    if (previous) this.unindex(previous, entry);
    this.byKey.set(entry.key, entry);
    this.sorted.set(entry);
    this.index(entry);
  }

  delete(key: string): void {
    const previous = this.byKey.get(key);
    if (!previous) return;
    this.unindex(previous);
    this.byKey.delete(key);
    this.sorted.delete(key);
  }

  /** candidates are the entries a predicate may match, in order, behind a key. */
  candidates(predicate: Predicate, after?: string): StoredEntry[] {
    const single = singleKey(this.config, predicate);
    if (single !== undefined) {
      const entry = after !== undefined && single <= after ? undefined : this.byKey.get(single);
      return entry ? [entry] : [];
    }
    const bucket = predicate.indexed && this.byField.get(predicate.indexed.field);
    const from = bucket ? bucket.get(predicate.indexed!.value) : this.sorted;
    return from?.range(rangeOf(this.config, predicate), after) ?? [];
  }

  private index(entry: StoredEntry): void {
    for (const [field, buckets] of this.byField) {
      const value = entry.fields[field] ?? '';
      let bucket = buckets.get(value);
      if (!bucket) buckets.set(value, (bucket = new SortedEntries()));
      bucket.set(entry);
    }
  }

  private unindex(entry: StoredEntry, successor?: StoredEntry): void {
    for (const [field, buckets] of this.byField) {
      const value = entry.fields[field] ?? '';
      if (successor && (successor.fields[field] ?? '') === value) continue;
      const bucket = buckets.get(value);
      bucket?.delete(entry.key);
      if (bucket?.size === 0) buckets.delete(value);
    }
  }
}

/** pageOf picks a list's page out of its candidates. */
export function pageOf(candidates: readonly StoredEntry[], options: ListOptions, revision: Revision): ListResult {
  const { predicate, limit = 0 } = options;
  if (!hasSelector(predicate)) {
    // Candidates without a selector all match: they are the range.
    const entries = limit ? candidates.slice(0, limit) : candidates;
    const remaining = candidates.length - entries.length;
    return { entries, revision, more: remaining > 0, remaining };
  }
  const entries: StoredEntry[] = [];
  for (const entry of candidates) {
    if (!matches(predicate, entry)) continue;
    if (limit && entries.length === limit) return { entries, revision, more: true };
    entries.push(entry);
  }
  return { entries, revision, more: false };
}
