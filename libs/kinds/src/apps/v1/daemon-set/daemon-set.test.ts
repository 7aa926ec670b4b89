import { describe, expect, test } from '@jest/globals';
import type { appsv1 } from '@navarch/api';
import type { StrategyContext } from '../../../kind';
import { daemonSet } from './kind';

const KEY = 'deprecated.daemonset.template.generation';
const set = (generation?: string, image = 'i'): appsv1.DaemonSet => ({
  metadata: { name: 'd', ...(generation !== undefined && { annotations: { [KEY]: generation } }) },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image }] } },
  },
});
const shown = ({ metadata }: appsv1.DaemonSet) => metadata!.annotations![KEY];

describe('the generation of the template', () => {
  test.each<[text: string | undefined, problem: string | undefined]>([
    [undefined, undefined],
    ['5', undefined],
    ['+05', undefined],
    ['', 'strconv.ParseInt: parsing "": invalid syntax'],
    ['1.5', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    ['0x5', 'strconv.ParseInt: parsing "0x5": invalid syntax'],
    ['9223372036854775807', undefined],
    ['9223372036854775808', 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
    ['-9223372036854775809', 'strconv.ParseInt: parsing "-9223372036854775809": value out of range'],
  ])('%j has to be a whole number', (text, problem) => {
    expect(daemonSet.versions[0]!.conversionProblem!(set(text))).toBe(problem);
  });

  test.each([
    [undefined, '1'],
    ['-3', '1'],
    ['+05', '5'],
    ['9223372036854775807', '9223372036854775807'],
  ])('of a new set, from %j, is %s', (given, kept) => {
    const made = set(given);
    daemonSet.strategy.prepareForCreate!(made, {} as StrategyContext);
    expect(shown(made)).toBe(kept);
  });

  test('grows by one with each new template, whatever is given', () => {
    const update = (next: appsv1.DaemonSet) => {
      daemonSet.strategy.prepareForUpdate!(next, set('7'), {} as StrategyContext);
      return shown(next);
    };
    expect([update(set('1')), update(set('1', 'other'))]).toEqual(['7', '8']);
  });
});
