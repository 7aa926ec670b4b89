import { either, elementOf } from '../cost/extent';
import { sum } from '../cost/interval';
import { characters, fixed, sized, through, type CostModel } from '../cost/model';

/** SMALLER compares two values: as far as the smaller one goes. */
export const SMALLER: CostModel = {
  cost: ([a, b]) => characters(Math.min(sized(a), sized(b))),
  estimate([a, b]) {
    const max = Math.min(a!.size.max, b!.size.max);
    return { cost: through({ min: max > 0 ? 1 : 0, max }) };
  },
};

const LARGEST_FORMAT_NAME = 64;

/** EQUALITY is SMALLER, but that values of libraries cost one unit, unless they are texts inside. */
export const EQUALITY: CostModel = {
  cost: SMALLER.cost,
  estimate(args, types) {
    const [a, b] = types;
    if (a?.kind !== 'opaque' || b?.kind !== 'opaque' || a.name !== b.name) return SMALLER.estimate(args, types);
    const largest: Readonly<Record<string, number>> = {
      'kubernetes.NamedFormat': LARGEST_FORMAT_NAME,
      'kubernetes.URL': Math.max(1, args[1]!.size.max),
    };
    return { cost: through({ min: 1, max: largest[a.name] ?? 1 }) };
  },
};

/** CONCATENATION makes a text of two. */
export const CONCATENATION: CostModel = {
  cost: ([a, b]) => characters(sized(a) + sized(b)),
  estimate([a, b]) {
    const size = sum(a!.size, b!.size);
    return { cost: through(size), result: { size } };
  },
};

/** APPENDING makes a list of two. */
export const APPENDING = fixed(1, ([a, b]) => ({ ...either(a!, b!), size: sum(a!.size, b!.size) }));

/** MEMBERSHIP goes through a list. */
export const MEMBERSHIP: CostModel = {
  cost: ([, list]) => sized(list),
  estimate: ([, list]) => ({ cost: list!.size }),
};

/** ELEMENT answers an item of a list, or a map's value. */
export const ELEMENT = fixed(1, ([whole], [type]) => elementOf(whole!, type));
