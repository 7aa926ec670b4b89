import { describe, expect, test } from '@jest/globals';
import { parseFieldSelector } from './fields';

describe('parseFieldSelector', () => {
  test.each([
    ['', true],
    ['metadata.name=x', true],
    ['metadata.name==x', true],
    ['metadata.name!=x', false],
    ['spec.nodeName=', true],
    ['spec.nodeName!=', false],
    ['metadata.name=x,spec.nodeName=n', false],
    ['metadata.name=x,', true],
    ['odd=a\\,b\\=c\\\\', true],
  ])('%p matches: %p', (text, matches) => {
    expect(parseFieldSelector(text).matches({ 'metadata.name': 'x', odd: 'a,b=c\\' })).toBe(matches);
  });
  test.each([
    ['a', "invalid selector: 'a'; can't understand 'a'"],
    ['metadata.name in (a)', "invalid selector: 'metadata.name in (a)'; can't understand 'metadata.name in (a)'"],
    ['z>a,b', "invalid selector: 'z>a,b'; can't understand 'b'"],
    ['a\\,b', "invalid selector: 'a\\,b'; can't understand 'a\\,b'"],
    ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
    ['a=b\\c', 'invalid field selector: invalid escape sequence: \\c'],
    ['a\\=b=c', 'invalid field selector: unescaped character in value: 61'],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
  ])('%p is refused', (text, message) => {
    expect(() => parseFieldSelector(text)).toThrow(new Error(message));
  });
  test('a backslash of a field is one of its letters', () => {
    expect(parseFieldSelector('a\\=b').requirements).toEqual([{ field: 'a\\', operator: '=', value: 'b' }]);
  });
  test('tells what a field must be', () => {
    const selector = parseFieldSelector('metadata.name=x,status.phase!=Running');
    expect([selector.exact('metadata.name'), selector.exact('status.phase'), selector.empty]).toEqual([
      'x',
      undefined,
      false,
    ]);
    expect(selector.toString()).toBe('metadata.name=x,status.phase!=Running');
  });
});
