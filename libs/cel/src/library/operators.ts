import { fn, method, type Library, type Overload } from '../environment';
import { compare, equal } from '../equality';
import { CelError, noSuchKey } from '../errors';
import { BOOL, BYTES, DOUBLE, DURATION, INT, listOf, mapOf, param, STRING, TIMESTAMP, UINT, type Type } from '../types';
import type { Duration, Timestamp } from '../values';
import { int, List, MapValue, Uint, uint, type Value } from '../values';
import { APPENDING, CONCATENATION, ELEMENT, EQUALITY, MEMBERSHIP, SMALLER } from './operator-costs';
import { duration, timestamp } from './time-values';

const A = param('A');
const B = param('B');
const NUMERIC = [INT, UINT, DOUBLE];
/** MIXED_SINCE is the first release in which numbers of different types may be compared. */
const MIXED_SINCE = 29;

/** comparison declares an order for the comparable types, and for numbers of different ones. */
function comparison(holds: (order: number) => boolean): Overload[] {
  const of = (a: Type, b: Type, more = {}) => fn([a, b], BOOL, (x: Value, y: Value) => holds(compare(x, y)), more);
  return [
    ...[BOOL, TIMESTAMP, DURATION].map(type => of(type, type)),
    ...[STRING, BYTES].map(type => of(type, type, { costs: SMALLER })),
    ...NUMERIC.flatMap(a => NUMERIC.map(b => of(a, b, a === b ? {} : { since: MIXED_SINCE }))),
  ];
}

function divide(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new CelError('division by zero');
  return a / b;
}

function modulo(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new CelError('modulus by zero');
  return a % b;
}

/** concatenate joins two lists; lists with an identity become a union in which the later item counts. */
function concatenate(a: List, b: List): List {
  const { identity } = a;
  if (!identity) return new List([...a.items, ...b.items]);
  const items = new Map(a.items.map(item => [identity(item), item]));
  for (const item of b.items) items.set(identity(item), item);
  return new List([...items.values()], identity);
}

function elementAt({ items }: List, index: bigint): Value {
  if (index < 0n || index >= BigInt(items.length)) throw new CelError(`index out of bounds: ${index}`);
  return items[Number(index)]!;
}

function valueAt(map: MapValue, key: Value): Value {
  const value = map.get(key);
  if (value === undefined) throw noSuchKey(key instanceof Uint ? key.value : key);
  return value;
}

const text = (value: string | Uint8Array | List | MapValue): bigint => {
  if (typeof value === 'string') return BigInt([...value].length);
  if (value instanceof List) return BigInt(value.items.length);
  return BigInt(value instanceof MapValue ? value.size : value.length);
};
const SIZED = [STRING, BYTES, listOf(A), mapOf(A, B)];

const equality = { costs: EQUALITY };
const element = { costs: ELEMENT };
const contains = ({ items }: List, value: Value) => items.some(item => equal(item, value));

/** OPERATORS are what the language's operators do, and `size`. The logical ones are declared for their types only. */
export const OPERATORS: Library = {
  '_&&_': [fn([BOOL, BOOL], BOOL, unreachable)],
  '_||_': [fn([BOOL, BOOL], BOOL, unreachable)],
  '_?_:_': [fn([BOOL, A, A], A, unreachable)],
  '!_': [fn([BOOL], BOOL, (a: boolean) => !a)],
  '-_': [fn([INT], INT, (a: bigint) => int(-a)), fn([DOUBLE], DOUBLE, (a: number) => -a)],
  '_==_': [fn([A, A], BOOL, equal, equality)],
  '_!=_': [fn([A, A], BOOL, (a: Value, b: Value) => !equal(a, b), equality)],
  '_<_': comparison(order => order < 0),
  '_<=_': comparison(order => order <= 0),
  '_>_': comparison(order => order > 0),
  '_>=_': comparison(order => order >= 0),
  '_+_': [
    fn([INT, INT], INT, (a: bigint, b: bigint) => int(a + b)),
    fn([UINT, UINT], UINT, (a: Uint, b: Uint) => uint(a.value + b.value)),
    fn([DOUBLE, DOUBLE], DOUBLE, (a: number, b: number) => a + b),
    fn([STRING, STRING], STRING, (a: string, b: string) => a + b, { costs: CONCATENATION }),
    fn([BYTES, BYTES], BYTES, (a: Uint8Array, b: Uint8Array) => Buffer.concat([a, b]), { costs: CONCATENATION }),
    fn([listOf(A), listOf(A)], listOf(A), concatenate, { costs: APPENDING }),
    fn([TIMESTAMP, DURATION], TIMESTAMP, (a: Timestamp, b: Duration) => timestamp(a.nanos + b.nanos)),
    fn([DURATION, TIMESTAMP], TIMESTAMP, (a: Duration, b: Timestamp) => timestamp(a.nanos + b.nanos)),
    fn([DURATION, DURATION], DURATION, (a: Duration, b: Duration) => duration(a.nanos + b.nanos)),
  ],
  '_-_': [
    fn([INT, INT], INT, (a: bigint, b: bigint) => int(a - b)),
    fn([UINT, UINT], UINT, (a: Uint, b: Uint) => uint(a.value - b.value)),
    fn([DOUBLE, DOUBLE], DOUBLE, (a: number, b: number) => a - b),
    fn([TIMESTAMP, TIMESTAMP], DURATION, (a: Timestamp, b: Timestamp) => duration(a.nanos - b.nanos)),
    fn([TIMESTAMP, DURATION], TIMESTAMP, (a: Timestamp, b: Duration) => timestamp(a.nanos - b.nanos)),
    fn([DURATION, DURATION], DURATION, (a: Duration, b: Duration) => duration(a.nanos - b.nanos)),
  ],
  '_*_': [
    fn([INT, INT], INT, (a: bigint, b: bigint) => int(a * b)),
    fn([UINT, UINT], UINT, (a: Uint, b: Uint) => uint(a.value * b.value)),
    fn([DOUBLE, DOUBLE], DOUBLE, (a: number, b: number) => a * b),
  ],
  '_/_': [
    fn([INT, INT], INT, (a: bigint, b: bigint) => int(divide(a, b))),
    fn([UINT, UINT], UINT, (a: Uint, b: Uint) => uint(divide(a.value, b.value))),
    fn([DOUBLE, DOUBLE], DOUBLE, (a: number, b: number) => a / b),
  ],
  '_%_': [fn([INT, INT], INT, modulo), fn([UINT, UINT], UINT, (a: Uint, b: Uint) => uint(modulo(a.value, b.value)))],
  '@in': [
    fn([A, listOf(A)], BOOL, (a: Value, list: List) => contains(list, a), { costs: MEMBERSHIP }),
    fn([A, mapOf(A, B)], BOOL, (a: Value, map: MapValue) => map.has(a)),
  ],
  '_[_]': [fn([listOf(A), INT], A, elementAt, element), fn([mapOf(A, B), A], B, valueAt, element)],
  size: SIZED.flatMap(type => [fn([type], INT, text), method([type], INT, text)]),
};

/** unreachable: what decides which of its operands to evaluate is planned, never called. */
function unreachable(): Value {
  throw new Error('a logical operator was called');
}
