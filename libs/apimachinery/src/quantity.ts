import { remember } from './remember';

/** QuantityFormat is how a quantity was written, and will be: `500m`, `128Mi`, `12e6`. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

const NANO = 1_000_000_000n;
const MAX = ((1n << 63n) - 1n) * NANO;
// A suffix of digits alone is none: each digit has one place only, or a long text would be tried in every division.
const SHAPE = /^([+-]?)([0-9]*)(?:\.([0-9]*))?((?:[eEinumkKMGTP]+[-+]?|[-+])[0-9]*|)$/;
const WRONG_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const WRONG_SUFFIX = "unable to parse quantity's suffix";
const WRONG_NUMBER = 'unable to parse numeric part of quantity';

const BINARY: ReadonlyMap<string, bigint> = new Map([
  ['Ki', 10n],
  ['Mi', 20n],
  ['Gi', 30n],
  ['Ti', 40n],
  ['Pi', 50n],
  ['Ei', 60n],
]);
const DECIMAL: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const DECIMAL_SUFFIX = new Map([...DECIMAL].map(([suffix, exponent]) => [exponent, suffix]));
const BINARY_SUFFIX = ['', ...BINARY.keys()];

/**
 * Quantity is an exact amount of a resource. Immutable. The smallest unit is 10^-9 (smaller parts round away from zero),
 * the largest amount 2^63-1.
 */
export class Quantity {
  private constructor(
    /** nanos is the amount in 10^-9. */
    private readonly nanos: bigint,
    readonly format: QuantityFormat,
    /** written is the text it was read from, if that was as good as canonical: `1E3` stays what it is. */
    private readonly written?: string,
  ) {}

  static readonly zero = new Quantity(0n, 'DecimalSI');

  /** ofNanos makes a quantity of so many 10^-9. */
  static ofNanos(nanos: bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity(nanos > MAX ? MAX : nanos < -MAX ? -MAX : nanos, format);
  }
  /** ofText is ofNanos of an amount that prints as it was written. */
  static ofText(nanos: bigint, format: QuantityFormat, written: string): Quantity {
    return new Quantity(nanos, format, written);
  }
  /** of makes a quantity of a whole number. */
  static of(value: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
    return Quantity.ofNanos(BigInt(value) * NANO, format);
  }
  /** ofMilli makes a quantity of so many thousandths. */
  static ofMilli(milli: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
    return Quantity.ofNanos((BigInt(milli) * NANO) / 1000n, format);
  }

  /** cmp is -1, 0 or 1. */
  cmp(other: Quantity): number {
    return this.nanos < other.nanos ? -1 : this.nanos > other.nanos ? 1 : 0;
  }
  /** add keeps this format; zero takes over the other's. */
  add(other: Quantity): Quantity {
    return Quantity.ofNanos(this.nanos + other.nanos, this.isZero() ? other.format : this.format);
  }
  sub(other: Quantity): Quantity {
    return Quantity.ofNanos(this.nanos - other.nanos, this.isZero() ? other.format : this.format);
  }
  isZero(): boolean {
    return this.nanos === 0n;
  }
  sign(): -1 | 0 | 1 {
    return this.nanos < 0n ? -1 : this.nanos > 0n ? 1 : 0;
  }
  /** value is the amount in whole units, rounded away from zero. */
  value(): bigint {
    return divideUp(this.nanos, NANO);
  }
  /** milliValue is the amount in thousandths, rounded away from zero. */
  milliValue(): bigint {
    return divideUp(this.nanos, NANO / 1000n);
  }
  /** asNumber is the nearest floating-point number. */
  asNumber(): number {
    const whole = this.nanos / NANO;
    return Number(whole) + Number(this.nanos - whole * NANO) / 1e9;
  }
  /** isInteger: there is no fraction. */
  isInteger(): boolean {
    return this.nanos % NANO === 0n;
  }

  /** toString is the canonical form: no fraction, the largest suffix that allows that. */
  toString(): string {
    if (this.nanos === 0n) return '0';
    if (this.written !== undefined) return this.written;
    if (this.format === 'BinarySI' && this.isInteger()) {
      const value = this.nanos / NANO;
      if (value >= 1024n || value <= -1024n) return binary(value);
    }
    return decimal(this.nanos, this.format === 'DecimalExponent');
  }
  toJSON(): string {
    return this.toString();
  }
}

function divideUp(amount: bigint, unit: bigint): bigint {
  const quotient = amount / unit;
  const rest = amount % unit;
  return rest > 0n ? quotient + 1n : rest < 0n ? quotient - 1n : quotient;
}

function binary(value: bigint): string {
  let power = 0;
  while (power < 6 && value % 1024n === 0n) {
    value /= 1024n;
    power++;
  }
  return `${value}${BINARY_SUFFIX[power]}`;
}

function decimal(nanos: bigint, exponential: boolean): string {
  let exponent = -9;
  while (nanos % 1000n === 0n && (exponential || exponent < 18)) {
    nanos /= 1000n;
    exponent += 3;
  }
  if (!exponential) return `${nanos}${DECIMAL_SUFFIX.get(exponent)}`;
  return exponent ? `${nanos}e${exponent}` : `${nanos}`;
}

/** parseQuantity reads `1`, `0.5`, `500m`, `128Mi`, `12e6`. It throws an Error in the API's words. */
export const parseQuantity = (text: string | number): Quantity => read(String(text));

const read = remember(4096, (text: string): Quantity => {
  const m = SHAPE.exec(text);
  if (!m || text === '') throw new Error(WRONG_FORMAT);
  const [, sign, whole, fraction = '', suffix] = m as unknown as [string, string, string, string | undefined, string];
  const { format, shift, factor } = interpret(suffix);
  if (!whole && !fraction) throw new Error(text === text.replace(/[0-9.]/g, '') ? WRONG_FORMAT : WRONG_NUMBER);
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return Quantity.ofNanos(0n, format);
  const negative = sign === '-';
  const significant = (whole.replace(/^0+/, '') || '0') + fraction;
  let nanos = digits * factor * NANO;
  const scale = shift - fraction.length;
  // Past these scales every amount is the largest, or rounds to the smallest.
  if (scale > 40) nanos = MAX;
  else if (scale >= 0) nanos *= 10n ** BigInt(scale);
  else if (scale < -1000) nanos = 1n;
  else nanos = divideUp(nanos, 10n ** BigInt(-scale));
  if (nanos < MAX && printsAsWritten(format, significant, scale, fraction))
    return Quantity.ofText(negative ? -nanos : nanos, format, text);
  const fractional = format === 'BinarySI' && nanos < NANO;
  return Quantity.ofNanos(negative ? -nanos : nanos, fractional ? 'DecimalSI' : format);
});

/** printsAsWritten tells the texts that are kept: no thousands, and for powers of two no factor of eight, left to fold into the suffix. */
function printsAsWritten(format: QuantityFormat, significant: string, scale: number, fraction: string): boolean {
  if (format === 'BinarySI') return fraction === '' && significant.length <= 9 && (Number(significant) & 7) !== 0;
  const folded = significant.endsWith('000') || significant.startsWith('0');
  return significant.length <= 18 && scale >= -9 && scale % 3 === 0 && !folded;
}

function interpret(suffix: string): { format: QuantityFormat; shift: number; factor: bigint } {
  const power = BINARY.get(suffix);
  if (power !== undefined) return { format: 'BinarySI', shift: 0, factor: 1n << power };
  const exponent = DECIMAL.get(suffix);
  if (exponent !== undefined) return { format: 'DecimalSI', shift: exponent, factor: 1n };
  if (/^[eE][-+]?\d+$/.test(suffix)) {
    const written = Number(suffix.slice(1));
    if (Math.abs(written) <= 0x7fffffff) return { format: 'DecimalExponent', shift: written, factor: 1n };
  }
  throw new Error(WRONG_SUFFIX);
}
