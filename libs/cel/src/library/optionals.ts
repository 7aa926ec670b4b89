import { either } from '../cost/extent';
import { fixed, sameValue } from '../cost/model';
import { fn, method, type Library } from '../environment';
import { CelError } from '../errors';
import { BOOL, listOf, optionalOf, param } from '../types';
import { Duration, List, MapValue, Optional, Timestamp, Uint, type Value } from '../values';

const A = param('A');
const OPTIONAL = optionalOf(A);

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === 0n || value === '') return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof List) return value.items.length === 0;
  if (value instanceof MapValue) return value.size === 0;
  if (value instanceof Uint8Array) return value.length === 0;
  return (value instanceof Duration || value instanceof Timestamp) && value.nanos === 0n;
}

function valueOf({ value }: Optional): Value {
  if (value === undefined) throw new CelError('optional.none() dereference');
  return value;
}

const unwrap = ({ items }: List) =>
  new List(items.flatMap(item => (item instanceof Optional && item.value !== undefined ? [item.value] : [])));

/** An optional is as large as what it holds. */
const same = { costs: fixed(1, sameValue) };
const other = { costs: fixed(1, ([value, alternative]) => either(value!, alternative!)) };

/** OPTIONALS are the functions of optional values; `or` and `orValue` evaluate their alternative only if it is wanted. */
export const OPTIONALS: Library = {
  'optional.of': [fn([A], OPTIONAL, (value: Value) => new Optional(value), same)],
  'optional.ofNonZeroValue': [
    fn([A], OPTIONAL, (value: Value) => (isZero(value) ? Optional.none : new Optional(value)), same),
  ],
  'optional.none': [fn([], OPTIONAL, () => Optional.none)],
  'optional.unwrap': [fn([listOf(OPTIONAL)], listOf(A), unwrap)],
  unwrapOpt: [method([listOf(OPTIONAL)], listOf(A), unwrap)],
  hasValue: [method([OPTIONAL], BOOL, ({ value }: Optional) => value !== undefined)],
  value: [method([OPTIONAL], A, valueOf, same)],
  or: [method([OPTIONAL, OPTIONAL], OPTIONAL, (a: Optional, b: Optional) => (a.value === undefined ? b : a), other)],
  orValue: [method([OPTIONAL, A], A, ({ value }: Optional, alternative: Value) => value ?? alternative, other)],
};
