/** Random makes values from a seed: the same seed makes the same ones. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** below is a whole number from 0 to n - 1. */
  below(n: number): number {
    // The generator of mulberry32: 32 bits of state, a full period.
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * n) | 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** oneIn is true once in n times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  list<T>(max: number, make: () => T): T[] {
    return Array.from({ length: this.below(max + 1) }, make);
  }

  bytes(max: number): Buffer {
    return Buffer.from(this.list(max, () => this.below(256)));
  }

  /** text is up to max pieces, mostly of the given ones. */
  text(pieces: readonly string[], max: number): string {
    return this.list(max, () => (this.oneIn(8) ? String.fromCharCode(this.below(0x250)) : this.pick(pieces))).join('');
  }

  /** json is any JSON value, whose keys are mostly the given ones; names that objects inherit are among them. */
  json(keys: readonly string[], depth = 4): unknown {
    const kind = this.below(depth > 0 ? 9 : 6);
    if (kind === 0) return null;
    if (kind === 1) return this.oneIn(2);
    if (kind === 2) return this.pick([0, 1, -1, 0.5, 1e300, -1e-300, 2 ** 31, 2 ** 53, 2 ** 63, 65536]);
    if (kind < 6) return this.oneIn(3) ? this.pick(keys) : this.text(['a', '1', '-', '.', '/', ' ', '"', '\\'], 6);
    if (kind === 6) return this.list(4, () => this.json(keys, depth - 1));
    return this.object(keys, depth);
  }

  object(keys: readonly string[], depth = 4): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (const key of this.list(5, () => (this.oneIn(6) ? this.pick(INHERITED) : this.pick(keys))))
      Object.defineProperty(object, key, {
        value: this.json(keys, depth - 1),
        ...{ enumerable: true, configurable: true, writable: true },
      });
    return object;
  }

  /** mutate changes a few bytes of a well-formed input: flips, cuts, doubles, swaps. */
  mutate(input: Buffer): Buffer {
    let bytes = Buffer.from(input);
    for (let i = this.below(4); i >= 0; i--) {
      const at = this.below(bytes.length + 1);
      const to = Math.min(bytes.length, at + this.below(8));
      switch (this.below(4)) {
        case 0:
          if (at < bytes.length) bytes[at] = this.below(256);
          break;
        case 1:
          bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
          break;
        case 2:
          bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
          break;
        default:
          bytes = Buffer.concat([bytes.subarray(0, at), this.bytes(4), bytes.subarray(at)]);
      }
    }
    return bytes;
  }
}

const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', ''];

/** FuzzOptions bound a fuzz run; the environment's NAVARCH_FUZZ_MS and NAVARCH_FUZZ_SEED win. */
export interface FuzzOptions {
  readonly runs?: number;
  readonly ms?: number;
  readonly seed?: number;
}

/**
 * fuzz runs a property with one seed after the other, up to 2,000 of them or half a second. What the property throws comes with
 * the seed that made it happen; NAVARCH_FUZZ_SEED repeats that one alone. Afterwards Object.prototype must be what it was.
 */
export function fuzz(property: (random: Random) => void, options: FuzzOptions = {}): void {
  const only = process.env['NAVARCH_FUZZ_SEED'];
  const ms = Number(process.env['NAVARCH_FUZZ_MS'] ?? options.ms ?? 500);
  const runs = process.env['NAVARCH_FUZZ_MS'] ? Infinity : (options.runs ?? 2_000);
  const first = only === undefined ? (options.seed ?? Date.now() >>> 0) : Number(only);
  const clean = Reflect.ownKeys(Object.prototype).length;
  const end = Date.now() + ms;
  for (let i = 0; i < runs && (i === 0 || Date.now() < end); i++) {
    const seed = (first + i) >>> 0;
    try {
      property(new Random(seed));
      if (Reflect.ownKeys(Object.prototype).length !== clean) throw new Error('Object.prototype was polluted');
    } catch (error) {
      throw new Error(
        `${error instanceof Error ? error.message : String(error)}\nto repeat: NAVARCH_FUZZ_SEED=${seed}`,
        {
          cause: error,
        },
      );
    }
    if (only !== undefined) return;
  }
}
