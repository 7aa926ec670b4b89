import { expect, test } from '@jest/globals';
import { ByteBudget } from './byte-budget';

test('what would be too much is not taken, and what comes back may be taken again', () => {
  const budget = new ByteBudget(10);
  expect([budget.take(6), budget.take(5), budget.take(4)]).toEqual([true, false, true]);
  budget.give(6);
  expect([budget.take(7), budget.take(6)]).toEqual([false, true]);
});
