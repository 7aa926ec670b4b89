/** Heap keeps items by key, the least (by `less`) first. add and remove take O(log n). */
export class Heap<T> {
  private readonly items: T[] = [];
  private readonly positions = new Map<string, number>();

  constructor(
    private readonly keyOf: (item: T) => string,
    private readonly less: (a: T, b: T) => boolean,
  ) {}

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  get(key: string): T | undefined {
    const at = this.positions.get(key);
    return at === undefined ? undefined : this.items[at];
  }

  /** set adds the item, or puts it in the place of the one with its key. */
  set(item: T): void {
    const at = this.positions.get(this.keyOf(item)) ?? this.items.length;
    this.put(at, item);
    this.down(this.up(at));
  }

  delete(key: string): T | undefined {
    const at = this.positions.get(key);
    if (at === undefined) return undefined;
    const item = this.items[at]!;
    const last = this.items.pop()!;
    this.positions.delete(key);
    if (at < this.items.length) {
      this.put(at, last);
      this.down(this.up(at));
    }
    return item;
  }

  pop(): T | undefined {
    const first = this.items[0];
    return first === undefined ? undefined : this.delete(this.keyOf(first));
  }

  values(): readonly T[] {
    return this.items;
  }

  private put(at: number, item: T): void {
    this.items[at] = item;
    this.positions.set(this.keyOf(item), at);
  }

  private up(at: number): number {
    for (let i = at; ;) {
      const parent = (i - 1) >> 1;
      if (i === 0 || !this.less(this.items[i]!, this.items[parent]!)) return i;
      this.swap(i, parent);
      i = parent;
    }
  }

  private down(at: number): void {
    for (let i = at; ;) {
      const left = 2 * i + 1;
      const right = left + 1;
      let least = i;
      if (left < this.items.length && this.less(this.items[left]!, this.items[least]!)) least = left;
      if (right < this.items.length && this.less(this.items[right]!, this.items[least]!)) least = right;
      if (least === i) return;
      this.swap(i, least);
      i = least;
    }
  }

  private swap(a: number, b: number): void {
    const item = this.items[a]!;
    this.put(a, this.items[b]!);
    this.put(b, item);
  }
}
