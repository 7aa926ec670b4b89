import type { Change } from '../change';
import type { Attributes, ObjectPath, Predicate } from '../interface';
import type { CacheWatcher } from './cache-watcher';

/**
 * WatcherIndex finds the watchers a change may concern without asking all: thousands of kubelets watch the pods of one node each.
 * A watcher is in one bucket, that of its narrowest equality.
 */
export class WatcherIndex {
  private readonly buckets = new Map<string, Set<CacheWatcher>>();

  constructor(private readonly indexes: readonly string[]) {}

  add(watcher: CacheWatcher): void {
    const key = bucketOf(watcher.options.predicate, this.indexes);
    const bucket = this.buckets.get(key);
    if (bucket) bucket.add(watcher);
    else this.buckets.set(key, new Set([watcher]));
  }

  remove(watcher: CacheWatcher): void {
    const key = bucketOf(watcher.options.predicate, this.indexes);
    const bucket = this.buckets.get(key);
    bucket?.delete(watcher);
    if (bucket?.size === 0) this.buckets.delete(key);
  }

  offer(change: Change): void {
    const keys = new Set<string>();
    collectKeys(keys, change.entry, this.indexes);
    if (change.previous) collectKeys(keys, change.previous, this.indexes);
    for (const key of keys) {
      for (const watcher of this.buckets.get(key) ?? []) watcher.offer(change);
    }
  }

  /** count is how many are offered a change of an object, but for those of a field: its values are not known here. */
  count({ namespace, name }: ObjectPath): number {
    const size = (key: string) => this.buckets.get(key)?.size ?? 0;
    return size('') + (namespace ? size(`namespace/${namespace}`) : 0) + (name ? size(`name/${name}`) : 0);
  }

  all(): CacheWatcher[] {
    return [...this.buckets.values()].flatMap(bucket => [...bucket]);
  }
}

function bucketOf({ namespace, name, indexed }: Predicate, indexes: readonly string[]): string {
  if (indexed && indexes.includes(indexed.field)) return `field/${indexed.field}=${indexed.value}`;
  if (name !== undefined) return `name/${name}`;
  return namespace ? `namespace/${namespace}` : '';
}

function collectKeys(keys: Set<string>, { namespace, name, fields }: Attributes, indexes: readonly string[]): void {
  keys.add('').add(`name/${name}`).add(`namespace/${namespace}`);
  for (const field of indexes) keys.add(`field/${field}=${fields[field] ?? ''}`);
}
