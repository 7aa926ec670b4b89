import { CelError } from '../errors';
import { Duration, List, MapValue, Timestamp, TypeValue, Uint, type Value } from '../values';
import { formatDouble } from './conversions';
import { formatDuration, formatTimestamp } from './time-values';

const CLAUSE = /%(?:%|(?:\.(\d+))?([a-zA-Z]))/g;

/** formatText is `'%d of %s'.format([1, 'x'])`. */
export function formatText(text: string, { items }: List): string {
  let next = 0;
  const result = text.replace(CLAUSE, (whole, precision: string | undefined, verb: string | undefined) => {
    if (verb === undefined) return '%';
    const item = items[next];
    if (item === undefined) throw new CelError(`index ${next} out of range`);
    next++;
    return clause(verb, item, precision === undefined ? 6 : Number(precision), whole);
  });
  return result;
}

function clause(verb: string, value: Value, precision: number, whole: string): string {
  switch (verb) {
    case 's':
      return textOf(value);
    case 'd':
      if (typeof value === 'bigint' || typeof value === 'number') return String(value);
      if (value instanceof Uint) return String(value.value);
      break;
    case 'f':
      if (isNumber(value)) return Number(amount(value)).toFixed(precision);
      break;
    case 'e':
      if (isNumber(value)) return exponential(Number(amount(value)), precision);
      break;
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      if (isInteger(value)) return amount(value).toString(2);
      break;
    case 'o':
      if (isInteger(value)) return amount(value).toString(8);
      break;
    case 'x':
    case 'X': {
      const hex = hexOf(value);
      if (hex !== undefined) return verb === 'x' ? hex : hex.toUpperCase();
      break;
    }
    default:
      throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${whole.slice(1)}"`);
  }
  throw new CelError(`error during formatting: no such overload`);
}

const isInteger = (value: Value): value is bigint | Uint => typeof value === 'bigint' || value instanceof Uint;
const isNumber = (value: Value): value is bigint | number | Uint => typeof value === 'number' || isInteger(value);
function amount(value: bigint | Uint): bigint;
function amount(value: bigint | number | Uint): bigint | number;
function amount(value: bigint | number | Uint): bigint | number {
  return value instanceof Uint ? value.value : value;
}

function hexOf(value: Value): string | undefined {
  if (isInteger(value)) return amount(value).toString(16);
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('hex');
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : undefined;
}

function exponential(value: number, precision: number): string {
  const [mantissa, power] = value.toExponential(precision).split('e') as [string, string];
  return `${mantissa}e${power[0]}${power.slice(1).padStart(2, '0')}`;
}

/** textOf shows any value; strings in it are not quoted. */
function textOf(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatDouble(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof List) return `[${value.items.map(textOf).join(', ')}]`;
  if (value instanceof MapValue) {
    const entries = [...value.keys()].map(key => `${textOf(key)}: ${textOf(value.get(key)!)}`);
    return `{${entries.sort().join(', ')}}`;
  }
  throw new CelError('error during formatting: no such overload');
}
