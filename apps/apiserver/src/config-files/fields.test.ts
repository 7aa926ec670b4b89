import { describe, expect, test } from '@jest/globals';
import { Fields, readDocument } from './fields';

describe('Fields', () => {
  test('reads each field by its type', () => {
    const fields = Fields.of({ a: 'x', b: true, c: 3, d: ['p'], e: { f: 'g' }, h: [{ i: '1m' }], k: { l: 'm' } });
    expect([fields.text('a'), fields.flag('b'), fields.number('c'), fields.texts('d')]).toEqual(['x', true, 3, ['p']]);
    expect(fields.object('e')?.required('f')).toBe('g');
    expect(fields.objects('h')[0]!.durationMs('i', 0)).toBe(60_000);
    expect(fields.textMap('k')).toEqual(new Map([['l', 'm']]));
    expect([fields.text('none'), fields.flag('none'), fields.durationMs('none', 5)]).toEqual(['', false, 5]);
    fields.end();
  });

  test.each<[string, unknown, (fields: Fields) => unknown, string]>([
    ['no object', [], () => 0, 'the document: must be an object'],
    ['a wrong type', { a: 1 }, fields => fields.text('a'), 'a: must be a string'],
    ['a missing field', {}, fields => fields.required('a'), 'a: is required'],
    ['an unknown value', { a: 'z' }, fields => fields.oneOf('a', ['x', 'y']), 'a: "z" is none of x, y'],
    ['an unknown field', { a: { b: 1 } }, fields => fields.object('a')!.end(), 'a.b: unknown field'],
    ['an item', { a: [{ b: 1 }] }, fields => fields.objects('a')[0]!.text('b'), 'a[0].b: must be a string'],
    ['inherited names', JSON.parse('{"__proto__": 1}'), fields => fields.end(), '__proto__: unknown field'],
  ])('%s is refused', (_name, value, read, why) => {
    expect(() => read(Fields.of(value))).toThrow(why);
  });
});

test('readDocument knows a document by kind and version', () => {
  const document = { kind: 'K', apiVersion: 'g.io/v1' };
  expect(readDocument(Fields.of(document), 'K', 'g.io', ['v1beta1', 'v1'])).toBe('v1');
  expect(() => readDocument(Fields.of(document), 'K', 'g.io', ['v1beta1'])).toThrow('apiVersion');
  expect(() => readDocument(Fields.of(document), 'L', 'g.io', ['v1'])).toThrow('kind');
});
