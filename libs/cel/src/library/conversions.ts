import { fixed, sameValue, traversal, type Describe } from '../cost/model';
import { fn, type Library } from '../environment';
import { CelError } from '../errors';
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, param, STRING, TIMESTAMP, typeOf, UINT } from '../types';
import type { Timestamp, Uint } from '../values';
import { Duration, int, TypeValue, typeNameOf, uint, type Value } from '../values';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp, timestamp } from './time-values';

const A = param('A');
const SECOND = 1_000_000_000n;
const same = (value: Value) => value;

function whole(value: number, limit: (value: bigint) => Value, overflow: string): Value {
  if (!Number.isFinite(value)) throw new CelError(overflow);
  return limit(BigInt(Math.trunc(value)));
}

function parseInteger(text: string, pattern: RegExp): bigint {
  if (!pattern.test(text)) throw new CelError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return BigInt(text.replace(/^\+/, ''));
}

function parseDouble(text: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text);
  const special = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(text);
  if (!special) throw new CelError(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (/nan/i.test(special[2]!)) return Number.NaN;
  return special[1] === '-' ? -Infinity : Infinity;
}

function parseBool(text: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  throw new CelError(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function required<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new CelError(message);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

/** formatDouble writes a number with as few digits as it takes, with an exponent from a million on. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa, power] = value.toExponential().split('e') as [string, string];
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** encoded and decoded describe one form of a text by the other; a character may be four bytes. */
const encoded: Describe = ([text]) => ({ size: { min: text!.size.min, max: text!.size.max * 4 } });
const decoded: Describe = ([bytes]) => ({ size: { min: Math.floor(bytes!.size.min / 4), max: bytes!.size.max } });

/** CONVERSIONS are the functions named after types. */
export const CONVERSIONS: Library = {
  dyn: [fn([A], DYN, same, { costs: fixed(1, sameValue) })],
  type: [fn([A], typeOf(A), (value: Value) => new TypeValue(typeNameOf(value)))],
  bool: [fn([BOOL], BOOL, same), fn([STRING], BOOL, parseBool)],
  int: [
    fn([INT], INT, same),
    fn([UINT], INT, ({ value }: Uint) => int(value)),
    fn([DOUBLE], INT, (value: number) => whole(value, int, 'integer overflow')),
    fn([STRING], INT, (text: string) => int(parseInteger(text, /^[+-]?\d+$/))),
    fn([TIMESTAMP], INT, ({ nanos }: Timestamp) => (nanos - (((nanos % SECOND) + SECOND) % SECOND)) / SECOND),
  ],
  uint: [
    fn([UINT], UINT, same),
    fn([INT], UINT, (value: bigint) => uint(value)),
    fn([DOUBLE], UINT, (value: number) => whole(value, uint, 'unsigned integer overflow')),
    fn([STRING], UINT, (text: string) => uint(parseInteger(text, /^\d+$/))),
  ],
  double: [
    fn([DOUBLE], DOUBLE, same),
    fn([INT], DOUBLE, (value: bigint) => Number(value)),
    fn([UINT], DOUBLE, ({ value }: Uint) => Number(value)),
    fn([STRING], DOUBLE, parseDouble),
  ],
  string: [
    fn([STRING], STRING, same),
    fn([BOOL], STRING, (value: boolean) => String(value)),
    fn([INT], STRING, (value: bigint) => String(value)),
    fn([UINT], STRING, ({ value }: Uint) => String(value)),
    fn([DOUBLE], STRING, formatDouble),
    fn([BYTES], STRING, decode, { costs: traversal(1, decoded) }),
    fn([TIMESTAMP], STRING, formatTimestamp),
    fn([DURATION], STRING, formatDuration),
  ],
  bytes: [
    fn([BYTES], BYTES, same),
    fn([STRING], BYTES, (text: string) => Buffer.from(text, 'utf8'), { costs: traversal(1, encoded) }),
  ],
  timestamp: [
    fn([TIMESTAMP], TIMESTAMP, same),
    fn([INT], TIMESTAMP, (seconds: bigint) => timestamp(seconds * SECOND)),
    fn([STRING], TIMESTAMP, (text: string) => required(parseTimestamp(text), `invalid timestamp: ${text}`), {
      check: ([text]) => typeof text !== 'string' || parseTimestamp(text) !== undefined,
    }),
  ],
  duration: [
    fn([DURATION], DURATION, same),
    fn([INT], DURATION, (nanos: bigint) => new Duration(nanos)),
    fn(
      [STRING],
      DURATION,
      (text: string) => required(parseDuration(text), `time: invalid duration ${JSON.stringify(text)}`),
      { check: ([text]) => typeof text !== 'string' || parseDuration(text) !== undefined },
    ),
  ],
};
