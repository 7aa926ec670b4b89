import { expect, test } from '@jest/globals';
import { changesText } from './changes';

test.each<[string, unknown, unknown, string]>([
  ['nothing', { a: 1 }, { a: 1 }, ''],
  ['a field', { a: { b: 2 }, c: 'x' }, { a: { b: 1 }, c: 'x' }, '  spec.a.b: 1 became 2'],
  ['a new and a lost field', { a: 1 }, { b: ['x'] }, '  spec.a: nothing became 1\n  spec.b: ["x"] became nothing'],
  ['a list', { a: ['x'] }, { a: ['x', 'y'] }, '  spec.a: ["x","y"] became ["x"]'],
])('%s', (_, now, before, text) => {
  expect(changesText(now, before, 'spec')).toBe(text);
});
