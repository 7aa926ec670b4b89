import type { StoredEntry } from '../entry';

/** BLOCK_SIZE is how many entries a block holds at most: few enough to be moved about at each insertion. */
const BLOCK_SIZE = 512;

/**
 * SortedEntries keeps entries in the order of their keys, as etcd does. They lie in blocks, so that a change moves a block's entries and
 * not all; places are found by bisection, of the blocks first.
 */
export class SortedEntries {
  /** blocks hold the entries in order; none of them is empty. */
  private readonly blocks: StoredEntry[][] = [];
  private count = 0;

  /** The entries given must be in order already. */
  constructor(sorted: readonly StoredEntry[] = []) {
    for (let i = 0; i < sorted.length; i += BLOCK_SIZE) this.blocks.push(sorted.slice(i, i + BLOCK_SIZE));
    this.count = sorted.length;
  }

  get size(): number {
    return this.count;
  }

  /** set adds an entry, or replaces the one with its key. */
  set(entry: StoredEntry): void {
    const at = this.blockOf(entry.key);
    const block = this.blocks[at] ?? (this.blocks[at] = []);
    const i = lowerBound(block, entry.key);
    if (block[i]?.key === entry.key) {
      block[i] = entry;
      return;
    }
    this.count++;
    if (i === block.length) block.push(entry);
    else block.splice(i, 0, entry);
    if (block.length <= BLOCK_SIZE) return;
    // What grows at its end leaves full blocks behind; anything else is halved.
    const kept = i === BLOCK_SIZE ? BLOCK_SIZE : BLOCK_SIZE / 2;
    this.blocks.splice(at + 1, 0, block.splice(kept));
  }

  delete(key: string): void {
    const at = this.blockOf(key);
    const block = this.blocks[at];
    if (!block) return;
    const i = lowerBound(block, key);
    if (block[i]?.key !== key) return;
    this.count--;
    block.splice(i, 1);
    if (!block.length) this.blocks.splice(at, 1);
  }

  /** range copies the entries whose key begins with prefix and is greater than after. */
  range(prefix: string, after?: string): StoredEntry[] {
    const from = after !== undefined && after >= prefix ? `${after}\0` : prefix;
    const to = `${prefix}\uffff`;
    const parts: StoredEntry[][] = [];
    for (let at = this.blockOf(from); at < this.blocks.length; at++) {
      const block = this.blocks[at]!;
      if (block[0]!.key >= to) break;
      parts.push(block.slice(lowerBound(block, from), lowerBound(block, to)));
    }
    return parts.length === 1 ? parts[0]! : new Array<StoredEntry>().concat(...parts);
  }

  /** blockOf is the block that a key belongs into: the last one that does not begin behind it, or else the first. */
  private blockOf(key: string): number {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.blocks[middle]![0]!.key <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

/** lowerBound is the place of the first entry whose key is not less. */
function lowerBound(block: readonly StoredEntry[], key: string): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (block[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
