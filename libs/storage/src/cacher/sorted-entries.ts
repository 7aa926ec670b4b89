import type { StoredEntry } from '../entry';

/** SortedEntries keeps entries in the order of their keys, as etcd does. Ranges are found by bisection. */
export class SortedEntries {
  private readonly items: StoredEntry[];

  /** The entries given must be in order already. */
  constructor(sorted: readonly StoredEntry[] = []) {
    this.items = sorted.slice();
  }

  get size(): number {
    return this.items.length;
  }

  /** set adds an entry, or replaces the one with its key. */
  set(entry: StoredEntry): void {
    const at = this.lowerBound(entry.key);
    if (this.items[at]?.key === entry.key) this.items[at] = entry;
    else if (at === this.items.length) this.items.push(entry);
    else this.items.splice(at, 0, entry);
  }

  get(key: string): StoredEntry | undefined {
    const entry = this.items[this.lowerBound(key)];
    return entry?.key === key ? entry : undefined;
  }

  delete(key: string): void {
    const at = this.lowerBound(key);
    if (this.items[at]?.key === key) this.items.splice(at, 1);
  }

  /** range copies the entries whose key begins with prefix and is greater than after. */
  range(prefix: string, after?: string): StoredEntry[] {
    const first = after !== undefined && after >= prefix ? this.lowerBound(`${after}\0`) : this.lowerBound(prefix);
    return this.items.slice(first, this.lowerBound(`${prefix}\uffff`));
  }

  private lowerBound(key: string): number {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.items[middle]!.key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
