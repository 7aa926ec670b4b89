import { either } from '../cost/extent';
import { fixed, sameValue } from '../cost/model';
import { fn, method, type Library } from '../environment';
import { CelError } from '../errors';
import { BOOL, INT, listOf, mapOf, optionalOf, param } from '../types';
import { Duration, List, MapValue, Optional, Timestamp, Uint, type Value } from '../values';
import { ELEMENT } from './operator-costs';

const A = param('A');
const B = param('B');
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

const optionally = (value: Value | undefined) => (value === undefined ? Optional.none : new Optional(value));
const item = ({ items }: List, index: bigint) => optionally(index < 0n ? undefined : items[Number(index)]);
const entry = (map: MapValue, key: Value) => optionally(map.get(key));
const into = <T extends Value>({ value }: Optional, read: (value: T) => Value) =>
  value === undefined ? Optional.none : read(value as T);

const element = { costs: ELEMENT };
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
  first: [method([listOf(A)], OPTIONAL, ({ items }: List) => optionally(items[0]), element)],
  last: [method([listOf(A)], OPTIONAL, ({ items }: List) => optionally(items.at(-1)), element)],
  '_[_]': [
    fn(
      [optionalOf(listOf(A)), INT],
      OPTIONAL,
      (o: Optional, i: bigint) => into<List>(o, list => item(list, i)),
      element,
    ),
    fn(
      [optionalOf(mapOf(A, B)), A],
      optionalOf(B),
      (o: Optional, key: Value) => into<MapValue>(o, map => entry(map, key)),
      element,
    ),
  ],
  '_[?_]': [
    fn([listOf(A), INT], OPTIONAL, item, element),
    fn([mapOf(A, B), A], optionalOf(B), entry, element),
    fn(
      [optionalOf(listOf(A)), INT],
      OPTIONAL,
      (o: Optional, i: bigint) => into<List>(o, list => item(list, i)),
      element,
    ),
    fn(
      [optionalOf(mapOf(A, B)), A],
      optionalOf(B),
      (o: Optional, key: Value) => into<MapValue>(o, map => entry(map, key)),
      element,
    ),
  ],
  hasValue: [method([OPTIONAL], BOOL, ({ value }: Optional) => value !== undefined)],
  value: [method([OPTIONAL], A, valueOf, same)],
  or: [method([OPTIONAL, OPTIONAL], OPTIONAL, (a: Optional, b: Optional) => (a.value === undefined ? b : a), other)],
  orValue: [method([OPTIONAL, A], A, ({ value }: Optional, alternative: Value) => value ?? alternative, other)],
};
