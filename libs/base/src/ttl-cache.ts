import type { Clock } from './clock';

/** TtlCache remembers values for a while, and no more than `size` of them: the one that was put in first makes room. */
export class TtlCache<K, V> {
  private readonly entries = new Map<K, { value: V; until: number }>();

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly size: number,
  ) {}

  get(key: K): V | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (entry.until > this.clock.now()) return entry.value;
    this.entries.delete(key);
    return undefined;
  }

  /** set remembers a value for so many milliseconds; 0 or less remembers nothing. */
  set(key: K, value: V, ttlMs: number): void {
    this.entries.delete(key);
    if (ttlMs <= 0) return;
    this.entries.set(key, { value, until: this.clock.now() + ttlMs });
    if (this.entries.size > this.size) this.entries.delete(this.entries.keys().next().value!);
  }

  clear(): void {
    this.entries.clear();
  }
}
