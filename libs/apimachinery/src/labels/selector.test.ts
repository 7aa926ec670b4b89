import { describe, expect, test } from '@jest/globals';
import { everything, nothing, parseSelector, selectorFromLabelSelector, selectorFromSet } from './selector';

describe('parseSelector matches', () => {
  const labels = { app: 'x', tier: '2', empty: '' };
  test.each([
    ['', true],
    ['app=x', true],
    ['app==x', true],
    ['app=y', false],
    ['app!=y', true],
    ['none!=y', true],
    ['app', true],
    ['!app', false],
    ['!none', true],
    ['app in (x,y)', true],
    ['app in (z)', false],
    ['none in (x)', false],
    ['app notin (x)', false],
    ['none notin (x)', true],
    ['empty=', true],
    ['empty in (,a)', true],
    ['tier>1', true],
    ['tier>2', false],
    ['tier<3', true],
    ['app>1', false],
    ['app=x,tier=2', true],
    ['app=x,tier=3', false],
    [' app = x , tier ', true],
    ['in=x', false],
    ['app in (x,)', true],
    ['empty in ()', true],
    ['app in ()', false],
    ['none in ()', false],
  ])('%p', (text, matches) => {
    expect(parseSelector(text).matches(labels)).toBe(matches);
  });

  test('without labels only absence matches', () => {
    expect(parseSelector('!a').matches(undefined)).toBe(true);
    expect(parseSelector('a').matches(undefined)).toBe(false);
    expect(parseSelector('constructor').matches({})).toBe(false);
  });
});

describe('parseSelector refuses in the recorded words', () => {
  test.each([
    ['tier>x', "unable to parse requirement: for 'Gt', 'Lt' operators, the value must be an integer"],
    ['app=x,', "found '', expected: identifier after ','"],
    [',app=x', "found ',', expected: !, identifier, or 'end of string'"],
    ['app=x y', "found 'y', expected: ',' or 'end of string'"],
    ['app in x', "unable to parse requirement: found 'x' expected: '('"],
    ['app x', "unable to parse requirement: found 'x', expected: '=', '!=', '==', 'in', notin'"],
    ['app=(x)', "unable to parse requirement: found '(', expected: identifier"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['app!in(x)', "unable to parse requirement: found '!', expected: '=', '!=', '==', 'in', notin'"],
    [
      `app=${'v'.repeat(64)}`,
      `unable to parse requirement: invalid label value: "${'v'.repeat(64)}": at key: "app": must be no more than 63 characters`,
    ],
  ])('%p', (text, message) => {
    expect(() => parseSelector(text)).toThrow(expect.objectContaining({ message }));
  });
});

describe('other selectors', () => {
  test('print as they parse', () => {
    for (const text of ['a=b', 'a!=b', '!a,b', 'a in (x,y)', 'a notin (x)', 'a>5'])
      expect(parseSelector(text).toString()).toBe(text);
    expect(parseSelector('b=1,a==2').toString()).toBe('a=2,b=1');
  });
  test('a set matches all its labels', () => {
    expect(selectorFromSet({ a: '1' }).matches({ a: '1', b: '2' })).toBe(true);
    expect(selectorFromSet({ a: '1' }).matches({ a: '2' })).toBe(false);
    expect(selectorFromSet(undefined)).toBe(everything);
  });
  test('a label selector: undefined is nothing, {} is everything', () => {
    expect(selectorFromLabelSelector(undefined)).toBe(nothing);
    expect(selectorFromLabelSelector({})).toBe(everything);
    const selector = selectorFromLabelSelector({
      matchLabels: { a: '1' },
      matchExpressions: [{ key: 'b', operator: 'NotIn', values: ['x'] }],
    });
    expect([selector.matches({ a: '1' }), selector.matches({ a: '1', b: 'x' }), selector.empty]).toEqual([
      true,
      false,
      false,
    ]);
    expect(() => selectorFromLabelSelector({ matchExpressions: [{ key: 'a', operator: 'Odd' }] })).toThrow(
      '"Odd" is not a valid label selector operator',
    );
  });
});
