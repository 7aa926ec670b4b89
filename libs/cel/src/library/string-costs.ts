import { elementOf } from '../cost/extent';
import { product, sum, upTo, type Interval } from '../cost/interval';
import { bytesThrough, characters, sized, through, traversal, type CostModel, type Describe } from '../cost/model';
import type { List } from '../values';

/** AFFIX compares one end of a text. The estimate goes by that end, the run by the text. */
export const AFFIX: CostModel = {
  cost: ([text]) => characters(sized(text)),
  estimate: ([, end]) => ({ cost: through(end!.size) }),
};

/** SEARCH looks for one text in another. */
export const SEARCH: CostModel = {
  cost: ([text, part]) => characters(sized(text)) * characters(sized(part)),
  estimate: ([text, part]) => ({ cost: product(through(text!.size), through(part!.size)) }),
};

/** POSITION finds the place of one text in another. */
export const POSITION: CostModel = {
  cost: ([text]) => bytesThrough(text as string),
  estimate: ([text]) => ({ cost: through(text!.size) }),
};

/** JOINING makes a text of a list of them, with another in between. */
export const JOINING: CostModel = {
  cost([list, separator]) {
    const { items } = list as List;
    const between = separator === undefined ? 0 : sized(separator) * Math.max(0, items.length - 1);
    return characters(2 * items.reduce<number>((size, item) => size + sized(item), between));
  },
  estimate([list, separator], [type]) {
    const gaps = { min: Math.max(0, list!.size.min - 1), max: Math.max(0, list!.size.max - 1) };
    const parts = product(list!.size, elementOf(list!, type).size);
    const size = separator ? sum(parts, product(separator.size, gaps)) : parts;
    return { cost: through(size), result: { size } };
  },
};

/** REPLACING makes a text of another in which parts are replaced. */
export const REPLACING = traversal(2, ([text, part, by]) => ({ size: replacedSize(text!.size, part!.size, by!.size) }));

/** replacedSize bounds the size of a text in which a part is replaced, as often as it may occur. Pure. */
export function replacedSize(text: Interval, part: Interval, by: Interval): Interval {
  // An empty part stands before, after and between all characters, which stay.
  const around = (length: number, size: number) => length + (size ? (length + 1) * size : 0);
  const often = (length: number, of: number, size: number) => (size ? Math.ceil(length / of) * size : 0);
  const longest = by.max <= part.min ? text.max : often(text.max, part.min, by.max);
  const shortest = part.max <= by.min ? text.min : often(text.min, part.max, by.min);
  return {
    min: part.max === 0 ? around(text.min, by.min) : shortest,
    max: part.min === 0 ? around(text.max, by.max) : longest,
  };
}

/** SPLITTING makes a list of a text's pieces: as many as the limit says, or as it has characters. */
export const SPLITTING = traversal(2, ([text, , limit]) => {
  const pieces = typeof limit?.literal === 'bigint' && limit.literal >= 0n ? Number(limit.literal) : text!.size.max;
  return { size: upTo(pieces) };
});

/** quoted describes a text in quotes, each of whose characters may be escaped. */
export const quoted: Describe = ([text]) => ({ size: { min: text!.size.min + 2, max: text!.size.max * 2 + 2 } });
