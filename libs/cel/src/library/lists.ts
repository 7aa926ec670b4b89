import { elementOf } from '../cost/extent';
import { fn, method, type Library } from '../environment';
import { compare, equal } from '../equality';
import { CelError } from '../errors';
import { BOOL, BYTES, DOUBLE, DURATION, INT, listOf, param, STRING, TIMESTAMP, UINT, type Type } from '../types';
import type { List } from '../values';
import { Duration, int, Uint, uint, type Value } from '../values';
import { everyItem, pairs } from './list-costs';
import { duration } from './time-values';

const A = param('A');
const COMPARABLE = [INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES];
const each = { costs: everyItem() };
const one = { costs: everyItem(([list], [type]) => elementOf(list!, type)) };

const perType = (types: readonly Type[], result: (type: Type) => Type, call: (list: List) => Value) =>
  types.map(type => method([listOf(type)], result(type), call, one));

function isSorted({ items }: List): boolean {
  return items.every((item, i) => i === 0 || compare(items[i - 1]!, item) <= 0);
}

function extreme(name: string, sign: 1 | -1): (list: List) => Value {
  return ({ items }) => {
    if (!items.length) throw new CelError(`${name} called on empty list`);
    return items.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best));
  };
}

function summed<T extends Value>(type: Type, zero: T, add: (a: T, b: T) => T) {
  return method([listOf(type)], type, ({ items }: List) => (items as readonly T[]).reduce(add, zero), each);
}

const indexOf = ({ items }: List, wanted: Value) => BigInt(items.findIndex(item => equal(item, wanted)));
const lastIndexOf = ({ items }: List, wanted: Value) => BigInt(items.findLastIndex(item => equal(item, wanted)));

function every(a: List, b: List): boolean {
  return b.items.every(item => a.items.some(other => equal(item, other)));
}
const LISTS_OF_A = [listOf(A), listOf(A)];

/** LISTS are Kubernetes' functions of lists. */
export const LISTS: Library = {
  isSorted: perType(COMPARABLE, () => BOOL, isSorted),
  min: perType(COMPARABLE, type => type, extreme('min', -1)),
  max: perType(COMPARABLE, type => type, extreme('max', 1)),
  sum: [
    summed<bigint>(INT, 0n, (a, b) => int(a + b)),
    summed(UINT, new Uint(0n), (a, b) => uint(a.value + b.value)),
    summed<number>(DOUBLE, 0, (a, b) => a + b),
    summed(DURATION, new Duration(0n), (a, b) => duration(a.nanos + b.nanos)),
  ],
  indexOf: [method([listOf(A), A], INT, indexOf, each)],
  lastIndexOf: [method([listOf(A), A], INT, lastIndexOf, each)],
};

/** SETS are the functions of lists as sets. */
export const SETS: Library = {
  'sets.contains': [fn(LISTS_OF_A, BOOL, every, { costs: pairs() })],
  'sets.equivalent': [fn(LISTS_OF_A, BOOL, (a: List, b: List) => every(a, b) && every(b, a), { costs: pairs(2) })],
  'sets.intersects': [
    fn(LISTS_OF_A, BOOL, (a: List, b: List) => a.items.some(item => b.items.some(other => equal(item, other))), {
      costs: pairs(),
    }),
  ],
};
