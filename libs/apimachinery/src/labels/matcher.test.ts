import { describe, expect, test } from '@jest/globals';
import { labelMatcher } from './matcher';
import type { Requirement } from './requirement';
import { parseSelector } from './selector';

/** holds is what one requirement says by itself. */
function holds({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = labels[key];
  if (operator === '!') return value === undefined;
  if (operator === '!=' || operator === 'notin') return value === undefined || !values.includes(value);
  if (value === undefined) return false;
  if (operator === 'exists') return true;
  if (operator === 'gt') return Number(value) > Number(values[0]);
  if (operator === 'lt') return Number(value) < Number(values[0]);
  return values.includes(value);
}

describe('labelMatcher', () => {
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
  const terms = [
    ...['K', '!K', 'K=1', 'K!=1', 'K in (1,2)', 'K notin (1,2)', 'K>1', 'K<3', 'K=3', 'K in (2,3)', 'K!=2', 'K=x'],
  ];
  const objects: Record<string, string>[] = [
    {},
    { a: '1' },
    { a: '2', b: '1' },
    { a: 'x', l: '3' },
    { b: '2', c: '1', d: '0', z: '1' },
  ];

  test('all requirements hold, of one label and of many', () => {
    const selectors = terms.flatMap(one => terms.flatMap(other => [`${one},${other}`, `${one},b,${other}`]));
    const many = terms.map(term => keys.map(key => term.replace('K', key)).join(','));
    for (const text of [...selectors.map(one => one.replaceAll('K', 'a')), ...many]) {
      const { requirements } = parseSelector(text);
      const matches = labelMatcher(requirements);
      for (const labels of objects) {
        const expected = requirements.every(one => holds(one, labels));
        expect([text, labels, matches(labels)]).toEqual([text, labels, expected]);
      }
    }
  });

  test('names that objects inherit are labels like any others', () => {
    expect(parseSelector('!constructor,!toString').matches({})).toBe(true);
    expect(parseSelector('constructor').matches({ a: 'b' })).toBe(false);
    expect(parseSelector('constructor=x').matches({ constructor: 'x' } as Record<string, string>)).toBe(true);
  });
});
