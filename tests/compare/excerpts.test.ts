import { expect, test } from '@jest/globals';
import { excerpts } from './excerpts';

test.each([
  ['short texts', 'abc', 'abd', 'abc', 'abd'],
  [
    'a difference far behind',
    `${'x'.repeat(400)}1`,
    `${'x'.repeat(400)}2`,
    `…${'x'.repeat(100)}1`,
    `…${'x'.repeat(100)}2`,
  ],
  ['the end of one', 'y'.repeat(500), 'y'.repeat(450), `…${'y'.repeat(150)}`, `…${'y'.repeat(100)}`],
])('excerpts of %s', (_, one, other, shown, shownOther) => {
  expect(excerpts(one, other)).toEqual([shown, shownOther]);
});
