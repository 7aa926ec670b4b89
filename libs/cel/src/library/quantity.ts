import { parseQuantity, Quantity } from '@navarch/apimachinery';
import { traversal } from '../cost/model';
import { fn, method, type Library } from '../environment';
import { CelError } from '../errors';
import { BOOL, DOUBLE, INT, opaque, STRING } from '../types';
import { MAX_INT, MIN_INT, Opaque } from '../values';

const QUANTITY = opaque('kubernetes.Quantity');

class QuantityValue extends Opaque {
  readonly type = QUANTITY;
  constructor(readonly amount: Quantity) {
    super();
  }
  equals(other: QuantityValue): boolean {
    return this.amount.cmp(other.amount) === 0;
  }
}

function parse(text: string): QuantityValue {
  try {
    return new QuantityValue(parseQuantity(text));
  } catch (error) {
    throw new CelError(error instanceof Error ? error.message : String(error));
  }
}

function isQuantity(text: string): boolean {
  try {
    parseQuantity(text);
    return true;
  } catch {
    return false;
  }
}

/** fitsInt: the amount is whole, and an int can hold it. */
function fitsInt({ amount }: QuantityValue): boolean {
  return amount.isInteger() && amount.value() <= MAX_INT && amount.value() >= MIN_INT;
}

function asInteger(quantity: QuantityValue): bigint {
  if (!fitsInt(quantity)) throw new CelError('cannot convert value to integer');
  return quantity.amount.value();
}

const wrap = (amount: Quantity) => new QuantityValue(amount);
type Q = QuantityValue;

/** QUANTITIES are the functions of resource amounts. */
export const QUANTITIES: Library = {
  quantity: [fn([STRING], QUANTITY, parse, { costs: traversal() })],
  isQuantity: [fn([STRING], BOOL, isQuantity, { costs: traversal() })],
  isInteger: [method([QUANTITY], BOOL, fitsInt)],
  asInteger: [method([QUANTITY], INT, asInteger)],
  asApproximateFloat: [method([QUANTITY], DOUBLE, ({ amount }: Q) => amount.asNumber())],
  sign: [method([QUANTITY], INT, ({ amount }: Q) => BigInt(amount.sign()))],
  add: [
    method([QUANTITY, QUANTITY], QUANTITY, (a: Q, b: Q) => wrap(a.amount.add(b.amount))),
    method([QUANTITY, INT], QUANTITY, (a: Q, b: bigint) => wrap(a.amount.add(Quantity.of(b)))),
  ],
  sub: [
    method([QUANTITY, QUANTITY], QUANTITY, (a: Q, b: Q) => wrap(a.amount.sub(b.amount))),
    method([QUANTITY, INT], QUANTITY, (a: Q, b: bigint) => wrap(a.amount.sub(Quantity.of(b)))),
  ],
  isGreaterThan: [method([QUANTITY, QUANTITY], BOOL, (a: Q, b: Q) => a.amount.cmp(b.amount) > 0)],
  isLessThan: [method([QUANTITY, QUANTITY], BOOL, (a: Q, b: Q) => a.amount.cmp(b.amount) < 0)],
  compareTo: [method([QUANTITY, QUANTITY], INT, (a: Q, b: Q) => BigInt(a.amount.cmp(b.amount)))],
};
