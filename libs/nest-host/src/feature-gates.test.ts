import { expect, test } from '@jest/globals';
import { gatesOf, warnOfGates } from './feature-gates';

test.each<[string[], [string, boolean][]]>([
  [[], []],
  [
    ['EphemeralContainers=true', 'AllBeta=0'],
    [
      ['EphemeralContainers', true],
      ['AllBeta', false],
    ],
  ],
])('%j are read', (entries, want) => {
  expect([...gatesOf(entries)]).toEqual(want);
});

test.each([
  [['EphemeralContainers'], 'missing bool value for EphemeralContainers'],
  [['=true'], 'missing bool value for --feature-gates'],
  [['A=maybe'], 'invalid value of A=maybe: not true or false'],
])('%j are refused', (entries, why) => {
  expect(() => gatesOf(entries)).toThrow(why);
});

test('whoever sets a gate is told that it does nothing', () => {
  const warnings: unknown[] = [];
  const log = { warn: (_: string, fields?: object) => void warnings.push(fields) };
  warnOfGates([], log);
  warnOfGates(['EphemeralContainers=true'], log);
  expect(warnings).toEqual([{ gates: ['EphemeralContainers'] }]);
});
