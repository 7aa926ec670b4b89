import { describe, expect, test } from '@jest/globals';
import type { flowcontrolv1 } from '@navarch/api';
import { boundsOf, lend, type Bounds, type Demand } from './limits';
import { SeatDemand } from './seat-demand';

type Limited = Partial<flowcontrolv1.LimitedPriorityLevelConfiguration>;
const level = (limited: Limited): flowcontrolv1.PriorityLevelConfiguration => ({
  spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' }, ...limited } },
});

describe('boundsOf', () => {
  test.each<[string, Limited[], boolean, Bounds[]]>([
    [
      'shares, rounded up',
      [{ nominalConcurrencyShares: 30 }, { nominalConcurrencyShares: 5 }],
      false,
      [
        { nominal: 86, lower: 86, upper: 86 },
        { nominal: 15, lower: 15, upper: 15 },
      ],
    ],
    [
      'the default is 30',
      [{}, { nominalConcurrencyShares: 30 }],
      false,
      Array<Bounds>(2).fill({ nominal: 50, lower: 50, upper: 50 }),
    ],
    [
      'lending and borrowing',
      [
        { nominalConcurrencyShares: 50, lendablePercent: 90 },
        { nominalConcurrencyShares: 50, borrowingLimitPercent: 20 },
      ],
      true,
      [
        { nominal: 50, lower: 5, upper: 100 },
        { nominal: 50, lower: 50, upper: 60 },
      ],
    ],
    ['no shares at all', [{ nominalConcurrencyShares: 0 }], false, [{ nominal: 0, lower: 0, upper: 0 }]],
  ])('%s', (_name, levels, lends, want) => {
    expect(boundsOf(levels.map(level), 100, lends)).toEqual(want);
  });
});

describe('lend', () => {
  const bounds = (nominal: number, lower = 0, upper = 100): Bounds => ({ nominal, lower, upper });
  const wants = (high: number, smooth = high): Demand => ({ high, smooth });
  test.each<[string, Bounds[], Demand[], number[]]>([
    ['who needs nothing lends what it may', [bounds(50, 20), bounds(50)], [wants(0), wants(200)], [20, 80]],
    ['who needs its own keeps it', [bounds(50, 0), bounds(50)], [wants(50), wants(200)], [50, 50]],
    ['nobody gets more than its bound', [bounds(50, 0), bounds(50, 50, 60)], [wants(0), wants(200)], [0, 60]],
    [
      'two borrowers share by what they want',
      [bounds(60, 0), bounds(20), bounds(20)],
      [wants(0), wants(30), wants(90)],
      [0, 25, 75],
    ],
    ['two quiet levels share what is there', [bounds(50), bounds(50)], [wants(10), wants(10)], [50, 50]],
  ])('%s', (_name, all, demands, want) => {
    expect(lend(all, demands, 100)).toEqual(want);
  });
});

test('demand rises at once and falls slowly', () => {
  const demand = new SeatDemand(0);
  demand.set(10, 0);
  expect(demand.period(10)).toEqual({ high: 10, smooth: 10 });
  demand.set(0, 10);
  const after = demand.period(20);
  expect([after.high, after.smooth]).toEqual([10, 0.977 * 10]);
  expect(demand.period(30)).toEqual({ high: 0, smooth: expect.closeTo(0.977 * 0.977 * 10) });
});

test('a demand that changes is its average and deviation, at most its peak', () => {
  const demand = new SeatDemand(0);
  demand.set(4, 0);
  demand.set(0, 5);
  expect(demand.period(10)).toEqual({ high: 4, smooth: 4 });
});
