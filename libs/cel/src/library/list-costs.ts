import { elementOf } from '../cost/extent';
import { product, scale, sum } from '../cost/interval';
import { bytesThrough, ONE, sized, through, type CostModel, type Describe } from '../cost/model';
import { List, MapValue, type Value } from '../values';

/** everyItem looks at each item of a list, and goes through texts. */
export function everyItem(describe: Describe = () => undefined): CostModel {
  return {
    cost: ([list]) => lookThrough(list!),
    estimate(args, types) {
      const [list] = args;
      const [type] = types;
      const areTexts = type?.kind === 'list' && (type.element.kind === 'string' || type.element.kind === 'bytes');
      const item = areTexts ? sum(ONE, through(elementOf(list!, type).size)) : ONE;
      return { cost: product(list!.size, item), result: describe(args, types) };
    },
  };
}

/** lookThrough is what it costs to look at all parts of a value. */
function lookThrough(value: Value): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return bytesThrough(value);
  if (value instanceof List) return total(value.items, lookThrough);
  if (!(value instanceof MapValue)) return 1;
  return total([...value.keys()], key => lookThrough(key) + lookThrough(value.get(key)!));
}

function total(values: readonly Value[], cost: (value: Value) => number): number {
  return values.reduce<number>((sum, value) => sum + cost(value), 0);
}

/** pairs compares each item of one list with each of another, so many times. */
export function pairs(times = 1): CostModel {
  return {
    cost: ([a, b]) => 1 + sized(a) * sized(b) * times,
    estimate: ([a, b]) => ({ cost: sum(ONE, scale(product(a!.size, b!.size), times)) }),
  };
}
