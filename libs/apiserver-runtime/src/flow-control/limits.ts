import type { flowcontrolv1 } from '@navarch/api';

/** Bounds are a level's seats: what it has of its own, and between what the number may move by lending and borrowing. */
export interface Bounds {
  readonly nominal: number;
  readonly lower: number;
  readonly upper: number;
}

/** Demand is what a level wanted in the last period: the most at a time, and a smoothed typical value. */
export interface Demand {
  readonly high: number;
  readonly smooth: number;
}

/** settingsOf are the shares of a level; undefined for its part means upstream's default. */
function settingsOf({ spec }: flowcontrolv1.PriorityLevelConfiguration) {
  const { nominalConcurrencyShares = spec?.type === 'Exempt' ? 0 : 30, lendablePercent = 0 } =
    (spec?.type === 'Exempt' ? spec.exempt : spec?.limited) ?? {};
  return { nominalConcurrencyShares, lendablePercent, borrowingLimitPercent: spec?.limited?.borrowingLimitPercent };
}

/**
 * boundsOf shares out the server's seats by the levels' shares: each gets its part, rounded up, of which `lendablePercent` may
 * go to others. Without `lends` (releases before 1.26) every level keeps what it has. Pure.
 */
export function boundsOf(
  levels: readonly flowcontrolv1.PriorityLevelConfiguration[],
  total: number,
  lends: boolean,
): Bounds[] {
  const all = levels.map(settingsOf);
  const shares = all.reduce((sum, { nominalConcurrencyShares }) => sum + nominalConcurrencyShares, 0);
  return all.map(({ nominalConcurrencyShares, lendablePercent, borrowingLimitPercent }) => {
    const nominal = shares ? Math.ceil((total * nominalConcurrencyShares) / shares) : 0;
    if (!lends) return { nominal, lower: nominal, upper: nominal };
    const lower = nominal - Math.round((nominal * lendablePercent) / 100);
    const upper =
      borrowingLimitPercent === undefined || borrowingLimitPercent === null
        ? total
        : nominal + Math.round((nominal * borrowingLimitPercent) / 100);
    return { nominal, lower, upper: Math.max(nominal, upper) };
  });
}

/**
 * lend moves seats from levels that do not need theirs to those that do. Each keeps what it wanted at most, up to its nominal
 * number and never less than its lower bound; the rest is shared out in proportion to the typical demand, within the upper
 * bounds. Answers the seats of each level, whose sum is at most `total` (if the lower bounds leave room for it). Pure.
 */
export function lend(bounds: readonly Bounds[], demands: readonly Demand[], total: number): number[] {
  const least = bounds.map(({ nominal, lower }, i) => Math.max(lower, Math.min(nominal, Math.ceil(demands[i]!.high))));
  const targets = least.map((seats, i) => Math.max(seats, demands[i]!.smooth));
  const at = (fraction: number) => bounds.map(({ upper }, i) => share(fraction * targets[i]!, least[i]!, upper));
  const sum = (seats: readonly number[]) => seats.reduce((all, one) => all + one, 0);
  if (sum(least) >= total) return least;
  // The sum grows with the fraction: halve until the largest one that still fits is known well enough.
  let [low, high] = [0, total];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (sum(at(middle)) <= total) low = middle;
    else high = middle;
  }
  return at(low);
}

const share = (wanted: number, least: number, upper: number) => Math.floor(Math.min(upper, Math.max(least, wanted)));
