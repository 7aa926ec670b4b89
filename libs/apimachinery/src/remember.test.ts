import { describe, expect, it } from '@jest/globals';
import { remember } from './remember';

describe('remember', () => {
  it('makes the answer to a text once, until there are too many', () => {
    const asked: string[] = [];
    const lengthOf = remember(2, text => {
      asked.push(text);
      return text.length;
    });
    expect(['a', 'a', 'bb', 'a', 'ccc', 'a'].map(lengthOf)).toEqual([1, 1, 2, 1, 3, 1]);
    expect(asked).toEqual(['a', 'bb', 'ccc', 'a']);
  });

  it('keeps neither long texts nor failures', () => {
    let calls = 0;
    const picky = remember(10, text => {
      calls++;
      if (!text) throw new Error('empty');
      return text;
    });
    const long = 'x'.repeat(65);
    expect([picky(long), picky(long)]).toEqual([long, long]);
    expect(() => picky('')).toThrow('empty');
    expect(() => picky('')).toThrow('empty');
    expect(calls).toBe(4);
  });
});
