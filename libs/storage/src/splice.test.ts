import { describe, expect, test } from '@jest/globals';
import { encodeStored, respliceRevision, sameStored, spliceRevision } from './splice';

const head = '{"kind":"K","apiVersion":"v1","metadata":';
const table: { name: string; stored: string; want: string }[] = [
  {
    name: 'behind uid',
    stored: `${head}{"name":"a","uid":"u","labels":{}}}`,
    want: `${head}{"name":"a","uid":"u",RV,"labels":{}}}`,
  },
  {
    name: 'at the end of metadata',
    stored: `${head}{"name":"a","uid":"u"},"s":1}`,
    want: `${head}{"name":"a","uid":"u",RV},"s":1}`,
  },
  { name: 'in empty metadata', stored: `${head}{},"s":1}`, want: `${head}{RV},"s":1}` },
  {
    name: 'before the first other member',
    stored: `${head}{"generation":1,"name":"a"}}`,
    want: `${head}{RV,"generation":1,"name":"a"}}`,
  },
  { name: 'before a null name', stored: `${head}{"name":null}}`, want: `${head}{RV,"name":null}}` },
  {
    name: 'behind an escaped string',
    stored: `${head}{"name":"a\\"}","x":1}}`,
    want: `${head}{"name":"a\\"}",RV,"x":1}}`,
  },
  {
    name: 'apiVersion first',
    stored: '{"apiVersion":"v1","kind":"K","metadata":{"x":1}}',
    want: '{"apiVersion":"v1","kind":"K","metadata":{RV,"x":1}}',
  },
  {
    name: 'another order is rewritten',
    stored: '{"apiVersion":"v1","data":{"a":"b"},"kind":"K","metadata":{"name":"a"}}',
    want: `${head}{"name":"a",RV},"data":{"a":"b"}}`,
  },
  {
    name: 'spaces are rewritten',
    stored: '{ "kind": "K", "apiVersion": "v1", "metadata": { "name": "a" } }',
    want: `${head}{"name":"a",RV}}`,
  },
  {
    name: 'a stray resourceVersion is replaced',
    stored: `${head}{"name":"a","resourceVersion":"9"}}`,
    want: `${head}{"name":"a",RV}}`,
  },
  { name: 'text beyond ASCII', stored: `${head}{"name":"é€😀","x":"é"}}`, want: `${head}{"name":"é€😀",RV,"x":"é"}}` },
];

describe('spliceRevision', () => {
  test.each(table)('$name', ({ stored, want }) => {
    const spliced = spliceRevision(Buffer.from(stored), 42);
    const at = (revision: number) => want.replace('RV', `"resourceVersion":"${revision}"`);
    expect(spliced.json.toString()).toBe(at(42));
    expect((JSON.parse(spliced.json.toString()) as { metadata: object }).metadata).toHaveProperty(
      'resourceVersion',
      '42',
    );
    expect(respliceRevision(spliced, 123_456).json.toString()).toBe(at(123_456));
    expect(respliceRevision(respliceRevision(spliced, 123_456), 7).json.toString()).toBe(at(7));
    const plain = encodeStored(JSON.parse(spliced.json.toString()) as object);
    if (want.startsWith(head) && !want.includes('null')) expect(sameStored(spliced, plain)).toBe(true);
    expect(sameStored(spliced, Buffer.concat([plain, Buffer.from(' ')]))).toBe(false);
    expect(spliceRevision(plain, 42).json.at(-1)).toBe('}'.charCodeAt(0));
  });

  test.each([
    '',
    '[]',
    '"x"',
    '{}',
    '{"kind":"K","apiVersion":"v1"}',
    'k8s\0protobuf',
    '{"kind":1,"apiVersion":"v1","metadata":{}}',
  ])('refuses %j', text => {
    expect(() => spliceRevision(Buffer.from(text), 1)).toThrow();
  });
});

test('encodeStored keeps a member named __proto__ a member', () => {
  const object = JSON.parse('{"kind":"K","apiVersion":"v1","metadata":{"name":"a"},"__proto__":{"x":1}}') as object;
  expect(encodeStored(object).toString()).toBe(
    '{"kind":"K","apiVersion":"v1","metadata":{"name":"a"},"__proto__":{"x":1}}\n',
  );
});
