import { describe, expect, test } from '@jest/globals';
import {
  decodeJson,
  deepClone,
  deepEqual,
  firstJsonValue,
  mergedJson,
  scanJson,
  strictFields,
  type Outline,
} from './index';

const decode = (text: string | Buffer, options = {}) => decodeJson(Buffer.from(text as string), options);

describe('decodeJson', () => {
  test('reads values, and duplicates if asked', () => {
    expect(decode('{"a":1,"a":2}')).toEqual({ value: { a: 2 }, duplicates: [] });
    const { duplicates } = decode('{"spec":{"a":1,"b":[{"c":1,"c":{"d":1,"d":2}}],"a":2}}', { findDuplicates: true });
    expect(duplicates).toEqual(['spec.b[0].c', 'spec.b[0].c.d', 'spec.a']);
  });

  test('__proto__ is a key like any other', () => {
    const { value } = decode('{"__proto__":{"polluted":true}}');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const copy = deepClone(value);
    expect([Object.keys(copy as object), Object.getPrototypeOf(copy)]).toEqual([['__proto__'], Object.prototype]);
  });

  test.each([
    ['', 'unexpected end of JSON input'],
    ['{"a":', 'unexpected end of JSON input'],
    ['[{', 'unexpected end of JSON input'],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['nul', "invalid character ' ' in literal null (expecting 'l')"],
    ['-', "invalid character ' ' in numeric literal"],
    ['"a', 'unexpected end of JSON input'],
    ['"\\', "invalid character ' ' in string escape code"],
    ['nule', "invalid character 'e' in literal null (expecting 'l')"],
    ['1 2', "invalid character '2' after top-level value"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\n"', "invalid character '\\n' in string literal"],
    ['?', "invalid character '?' looking for beginning of value"],
    ['"\x01"', "invalid character '\\x01' in string literal"],
    ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
    ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
  ])('%p is refused: %s', (text, message) => {
    expect(() => decode(text)).toThrow(expect.objectContaining({ name: 'JsonError', message }));
  });

  test('bounds depth, length and encoding', () => {
    const deep = '['.repeat(1001) + ']'.repeat(1001);
    expect(() => decode(deep)).toThrow("invalid character '[' exceeded max depth");
    expect(decode(deep, { maxDepth: 1001 }).value).toHaveLength(1);
    expect(decode(`"${'['.repeat(2000)}"`).value).toHaveLength(2000);
    expect(() => decode('[1,2,3]', { maxBytes: 5 })).toThrow(expect.objectContaining({ code: 413 }));
    expect(() => decode(Buffer.from([0x22, 0xff, 0x22]))).toThrow('invalid UTF-8');
    expect(() => decode(Buffer.from([0x1f, 0x8b]))).toThrow("invalid character '\\x1f' looking for beginning of value");
  });

  test.each([
    ['{"a":1} {"b":2}', '{"a":1}'],
    [' [1]x', ' [1]'],
    ['"é"}', '"é"'],
  ])('the first value of %s', (text, first) => {
    expect(firstJsonValue(Buffer.from(text)).toString()).toBe(first);
  });

  test('the scanner takes what the parser takes', () => {
    for (const text of ['{}', '[]', ' [ ] ', '{"a":[1,-2.5e+10,true,false,null,"\\u00e9\\n"]}', '0', '"x"'])
      expect(() => scanJson(text)).not.toThrow();
  });
});

test.each([
  [{ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }, true],
  [{ a: undefined }, {}, true],
  [{ a: null }, {}, false],
  [{ a: 1 }, { b: 1 }, false],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [1, '1', false],
])('deepEqual(%j, %j) is %p', (a, b, equal) => {
  expect([deepEqual(a, b), deepEqual(b, a), deepEqual(deepClone(a), a)]).toEqual([equal, equal, true]);
});

test.each<[string, unknown]>([
  ['{"map":{"a":1},"map":{"b":2},"map":{"a":3}}', { map: { a: 3, b: 2 } }],
  ['{"list":[{"name":1,"raw":[1]},{"name":2}],"list":[{"raw":{"x":1}}]}', { list: [{ name: 1, raw: { x: 1 } }] }],
  ['{"list":[{"raw":{"x":1}}],"list":[{"raw":{"y":1}},{"name":1}]}', { list: [{ raw: { y: 1 } }, { name: 1 }] }],
  ['{"z":{"a":1},"z":{"b":1}}', { z: { b: 1 } }],
  ['{"map":{"a":1},"map":null,"__proto__":1}', JSON.parse('{"map":null,"__proto__":1}')],
])('what is repeated is read into what is there: %s', (text, value) => {
  const item: Outline = { member: key => (key === 'raw' || key === 'name' ? undefined : 'unknown') };
  const outline: Outline = {
    member: key => (key === 'list' ? { item } : key === 'map' ? { member: () => undefined } : 'unknown'),
  };
  expect(mergedJson(text, outline)).toEqual(value);
});

test('fields are told in the order of the text, each once, a hundred at most', () => {
  const item: Outline = { member: key => (key === 'raw' || key === 'name' ? undefined : 'unknown') };
  const outline: Outline = {
    member: key => (key === 'list' ? { item } : key === 'map' ? { member: () => item } : 'unknown'),
  };
  const text =
    '{"z":{"a":1,"a":1},"list":[{"name":1,"odd":1,"name":2,"name":3},{"raw":{"x":1,"x":1}}],"z":1,"map":{"k":{"b":1},"k":{"b":1}}}';
  expect(strictFields(text, outline).map(({ problem, path }) => `${problem} ${path}`)).toEqual([
    ...['unknown z', 'unknown list[0].odd', 'duplicate list[0].name'],
    ...['unknown map.k.b', 'duplicate map.k'],
  ]);
  const many = `{${Array.from({ length: 150 }, (_, i) => `"x${i}":1`).join()}}`;
  expect(strictFields(many, outline)).toHaveLength(100);
});
