import { KeyedMutex } from '@navarch/base';
import type { Storage } from '@navarch/storage';
import { Bitmap } from './bitmap';

/** Range is what is handed out: `size` consecutive numbers from `base` on. */
export interface Range {
  /** name is the key's last part: `serviceips`, `servicenodeports`. */
  readonly name: string;
  /** text is how the range is written: `10.96.0.0/16`, `30000-32767`. */
  readonly text: string;
  readonly base: number;
  readonly size: number;
  /** reserved low offsets are given out only on demand or when the rest is taken, so that chosen ones rarely collide. */
  readonly reserved: number;
}

/** REPAIRS_BEFORE_RELEASE: a number nobody uses is freed when it was found so this often; its owner may be about to be written. */
const REPAIRS_BEFORE_RELEASE = 3;
const EMPTY: ReadonlySet<number> = new Set();

interface RangeAllocation {
  readonly range?: string;
  readonly data?: string;
}

/** Owner is the Service that gets a number. */
export interface Owner {
  readonly namespace: string;
  readonly name: string;
}

/** Repaired is what a repair found: numbers in use that were not recorded, and recorded ones that nobody uses. */
export interface Repaired {
  readonly missing: readonly number[];
  readonly freed: readonly number[];
}

/** NumberPool hands out numbers. */
export interface NumberPool {
  readonly range: Range;
  contains(value: number): boolean;
  /** allocate takes one number; false if it is taken. It must be in the pool. */
  allocate(value: number, owner: Owner): Promise<boolean>;
  /** allocateNext takes any free number; undefined if there is none. */
  allocateNext(owner: Owner): Promise<number | undefined>;
  /** release gives numbers back; those that are free or out of range are ignored. */
  release(values: readonly number[]): Promise<void>;
}

/**
 * RangeAllocator hands out each number of a range once, whichever apiserver asks: the record in etcd is compared and swapped
 * with each change. What was handed out and never used, or used without being recorded, repair puts right.
 */
export class RangeAllocator implements NumberPool {
  /** mutex keeps this process from competing with itself. */
  private readonly mutex = new KeyedMutex();
  /** leaks counts, by number, the repairs that found it taken but unused. */
  private readonly leaks = new Map<number, number>();

  constructor(
    private readonly storage: Pick<Storage, 'get' | 'guaranteedUpdate'>,
    readonly range: Range,
    private readonly random: () => number = Math.random,
  ) {}

  contains(value: number): boolean {
    return value >= this.range.base && value < this.range.base + this.range.size;
  }

  /** has tells whether a number is taken; one out of range is not. */
  async has(value: number): Promise<boolean> {
    if (!this.contains(value)) return false;
    const stored = (await this.storage.get({ namespace: '', name: this.range.name }))?.object();
    return this.bitmapOf(stored as RangeAllocation | undefined).has(value - this.range.base);
  }

  /** allocate takes one number; false if it is taken. It must be in the range. */
  allocate(value: number): Promise<boolean> {
    return this.change(bitmap => {
      const offset = value - this.range.base;
      if (bitmap.has(offset)) return false;
      bitmap.set(offset, true);
      return true;
    });
  }

  /** allocateNext takes any free number; undefined if the range is full. */
  allocateNext(): Promise<number | undefined> {
    const { base, size, reserved } = this.range;
    return this.change(bitmap => {
      const start = reserved + Math.floor(this.random() * (size - reserved));
      const offset =
        bitmap.firstFree(reserved, size, start) ?? (reserved ? bitmap.firstFree(0, reserved, 0) : undefined);
      if (offset === undefined) return undefined;
      bitmap.set(offset, true);
      return base + offset;
    });
  }

  /** release gives numbers back; those that are free or out of range are ignored. */
  async release(values: readonly number[]): Promise<void> {
    const own = values.filter(value => this.contains(value));
    if (!own.length) return;
    await this.change(bitmap => {
      for (const value of own) bitmap.set(value - this.range.base, false);
      return true;
    });
  }

  /** repair records what is in use, and frees what is not once that was so for several repairs. `used` is asked for anew with each attempt. */
  async repair(used: () => Promise<ReadonlySet<number>>): Promise<Repaired> {
    let leaked = EMPTY;
    const result = await this.change(async bitmap => {
      const inUse = await used();
      const missing = [...inUse].filter(value => this.contains(value) && !bitmap.has(value - this.range.base));
      const freed: number[] = [];
      const unused = new Set<number>();
      for (let offset = 0; offset < bitmap.size; offset++) {
        const value = this.range.base + offset;
        if (!bitmap.has(offset) || inUse.has(value)) continue;
        if ((this.leaks.get(value) ?? 0) + 1 >= REPAIRS_BEFORE_RELEASE) freed.push(value);
        else unused.add(value);
      }
      for (const value of missing) bitmap.set(value - this.range.base, true);
      for (const value of freed) bitmap.set(value - this.range.base, false);
      leaked = unused;
      return { missing, freed };
    });
    for (const value of this.leaks.keys()) if (!leaked.has(value)) this.leaks.delete(value);
    for (const value of leaked) this.leaks.set(value, (this.leaks.get(value) ?? 0) + 1);
    return result;
  }

  /** A record of another range says nothing about this one; repair fills the new one from the services. */
  private bitmapOf(stored: RangeAllocation | undefined): Bitmap {
    const { text, size } = this.range;
    return new Bitmap(size, stored?.range === text ? Buffer.from(stored.data ?? '', 'base64') : undefined);
  }

  /** change applies fn to the record until it could be swapped in; fn may be called again with a newer one. */
  private change<T>(fn: (bitmap: Bitmap) => T | Promise<T>): Promise<T> {
    const { name, text } = this.range;
    return this.mutex.run(name, async () => {
      let result: T | undefined;
      await this.storage.guaranteedUpdate({ namespace: '', name }, async current => {
        const bitmap = this.bitmapOf(current?.object() as RangeAllocation | undefined);
        result = await fn(bitmap);
        return {
          kind: 'RangeAllocation',
          apiVersion: 'v1',
          metadata: { name },
          range: text,
          data: bitmap.toData().toString('base64'),
        };
      });
      return result as T;
    });
  }
}
