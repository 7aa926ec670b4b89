/**
 * Interval are the bounds of an amount that is not known: a size, or a cost. Both are whole and not negative; `max` is Infinity
 * where nothing bounds it, and sums and products of that are infinite too. Immutable.
 */
export interface Interval {
  readonly min: number;
  readonly max: number;
}

/** UNBOUNDED is an amount of which nothing is known. */
export const UNBOUNDED: Interval = { min: 0, max: Infinity };

export const exactly = (amount: number): Interval => ({ min: amount, max: amount });
export const upTo = (max: number): Interval => ({ min: 0, max });

const each = (of: readonly Interval[], combine: (amounts: number[]) => number): Interval => ({
  min: combine(of.map(({ min }) => min)),
  max: combine(of.map(({ max }) => max)),
});

/** sum of amounts. */
export const sum = (...amounts: readonly Interval[]): Interval =>
  each(amounts, all => all.reduce((total, amount) => total + amount, 0));

/** product of amounts; of nothing and no bound it is nothing. */
export const product = (...amounts: readonly Interval[]): Interval =>
  each(amounts, all => all.reduce((total, amount) => (total && amount ? total * amount : 0), 1));

/** scale multiplies by a factor, and rounds up. */
export const scale = (amount: Interval, factor: number): Interval => each([amount], ([of]) => Math.ceil(of! * factor));

/** union is what holds every amount that one of the intervals holds. */
export const union = (...amounts: readonly Interval[]): Interval => ({
  min: Math.min(...amounts.map(({ min }) => min)),
  max: Math.max(...amounts.map(({ max }) => max)),
});
