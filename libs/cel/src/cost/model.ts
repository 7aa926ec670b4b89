import type { Type } from '../types';
import type { Value } from '../values';
import { sizeOf, type Extent } from './extent';
import { exactly, product, scale, sum, type Interval } from './interval';

/** CostModel is what calls of a function cost, in units of about one simple operation. Without one, a call costs one unit. */
export interface CostModel {
  /** cost of a call with these arguments. */
  cost(args: readonly Value[]): number;
  /** estimate bounds that cost by what is known of the arguments and their types, before there are any. */
  estimate(args: readonly Extent[], types: ArgumentTypes): CallEstimate;
}

export type ArgumentTypes = readonly (Type | undefined)[];

/** CallEstimate bounds a call's cost, that of its arguments not included. */
export interface CallEstimate {
  readonly cost: Interval;
  /** result is what is known of the value; undefined if no more than its type tells. */
  readonly result?: Extent | undefined;
}

/** Describe tells what is known of a call's value by its arguments. */
export type Describe = (args: readonly Extent[], types: ArgumentTypes) => Extent | undefined;
const byType: Describe = () => undefined;

/** A text costs a tenth of a unit a character to go through, a pattern a quarter of a unit a character to be matched. */
const CHARACTER = 0.1;
const CHARACTER_OF_PATTERN = 0.25;

export const ONE = exactly(1);

/** sized is a value's size; values that have none count as one. */
export const sized = (value: Value | undefined) => (value === undefined ? 1 : (sizeOf(value) ?? 1));
/** characters is what it costs to go through so many. */
export const characters = (count: number) => Math.ceil(count * CHARACTER);
/** through bounds what it costs to go through a text of a size. */
export const through = (text: Interval) => scale(text, CHARACTER);
/** bytesThrough is what it costs to look at a text or bytes as a part of something. */
export const bytesThrough = (value: string | Uint8Array) => Math.floor(Buffer.byteLength(value) * CHARACTER);

/** fixed is a cost that nothing changes. */
export function fixed(units: number, describe = byType): CostModel {
  return { cost: () => units, estimate: (...known) => ({ cost: exactly(units), result: describe(...known) }) };
}

/** traversal goes through the first argument so many times. */
export function traversal(times = 1, describe = byType): CostModel {
  return {
    cost: ([text]) => Math.ceil(sized(text) * (times * CHARACTER)),
    estimate: (...known) => ({ cost: scale(known[0][0]!.size, times * CHARACTER), result: describe(...known) }),
  };
}

/** matching applies a pattern, the second argument, to a text, the empty one too. */
export function matching(describe = byType): CostModel {
  return {
    cost: ([text, pattern]) => matchCost(sized(text), sized(pattern)),
    estimate: (...known) => {
      const [text, pattern] = known[0];
      const cost = product(through(sum(text!.size, ONE)), patternCost(pattern!.size));
      return { cost, result: describe(...known) };
    },
  };
}

/** matchCost is what it costs to match a text of a size with a pattern of a size. */
export function matchCost(text: number, pattern: number): number {
  return characters(1 + text) * Math.ceil(pattern * CHARACTER_OF_PATTERN);
}

/** patternCost bounds what a pattern of a size costs for each unit of a text. */
export const patternCost = (pattern: Interval) => scale(pattern, CHARACTER_OF_PATTERN);

/** sameSize describes a value that is no larger than the first argument; sameValue one that is the argument. */
export const sameSize: Describe = ([text]) => ({ size: text!.size });
export const sameValue: Describe = ([value]) => value;
