import { describe, expect, test } from '@jest/globals';
import { deepClone } from '../json';
import { scalar, type FieldSchema, type TypeSchema } from '../schema';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  MAX_JSON_PATCH_OPERATIONS,
  spentPatch,
} from './index';

const none = () => undefined;
const object = (fields: Record<string, Omit<FieldSchema, 'name'>>): TypeSchema => ({
  kind: 'object',
  field: name => (Object.hasOwn(fields, name) ? { name, ...fields[name]! } : undefined),
});
const list = (element: TypeSchema): TypeSchema => ({ kind: 'list', field: none, element });
const plain = (schema: TypeSchema) => ({ schema, patchStrategy: [] });
const env = object({ name: plain(scalar), value: plain(scalar) });
const container: TypeSchema = object({
  name: plain(scalar),
  image: plain(scalar),
  args: plain(list(scalar)),
  env: { schema: list(env), patchStrategy: ['merge'], patchMergeKey: 'name' },
});
const pod = object({
  containers: { schema: list(container), patchStrategy: ['merge'], patchMergeKey: 'name' },
  finalizers: { schema: list(scalar), patchStrategy: ['merge'] },
  strategy: { schema: object({ type: plain(scalar), rolling: plain(object({})) }), patchStrategy: ['retainKeys'] },
  selector: { schema: { kind: 'map', field: none, element: scalar }, patchStrategy: ['replace'] },
  labels: plain({ kind: 'map', field: none, element: scalar }),
});
const a = { name: 'a', image: '1' };
const b = { name: 'b', image: '1', env: [{ name: 'A', value: '1' }] };
const c = { name: 'c', image: '1' };

describe('what a strategic merge leaves of a patch', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>, object]>([
    [
      'an order goes with its list',
      { containers: [a, b] },
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'b', image: 7 }] },
      {},
    ],
    [
      'a list without an order stays',
      { containers: [a] },
      { containers: [{ name: 'a' }] },
      { containers: [{ name: 'a' }] },
    ],
    [
      'keys to be retained go',
      { strategy: { type: 'x' }, labels: {} },
      { strategy: { $retainKeys: ['type'], type: 5 }, labels: { $patch: 'replace', a: 'b' } },
      { strategy: { type: 5 }, labels: { a: 'b' } },
    ],
    [
      'what is deleted stays',
      { labels: { a: 'b' } },
      { labels: { $patch: 'delete' } },
      { labels: { $patch: 'delete' } },
    ],
    ['and what was added', {}, { labels: { $patch: 'replace' } }, { labels: { $patch: 'replace' } }],
  ])('%s', (_title, doc, patch, left) => {
    const given = deepClone(patch);
    expect(spentPatch(pod, doc, patch, 20)).toEqual(left);
    expect(patch).toEqual(given);
  });
});

describe('strategic merge patch', () => {
  test.each<[string, object, object, object]>([
    [
      'merges an item by its key',
      { containers: [a, b] },
      { containers: [{ name: 'b', image: '2' }] },
      { containers: [a, { ...b, image: '2' }] },
    ],
    ['puts new items first', { containers: [a] }, { containers: [{ name: 'n' }] }, { containers: [{ name: 'n' }, a] }],
    ['deletes an item', { containers: [a, b] }, { containers: [{ name: 'a', $patch: 'delete' }] }, { containers: [b] }],
    [
      'replaces a list',
      { containers: [a, b] },
      { containers: [{ $patch: 'replace' }, { name: 'x' }] },
      { containers: [{ name: 'x' }] },
    ],
    [
      'orders as the patch says',
      { containers: [a, b, c] },
      { '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }, { name: 'b' }] },
      { containers: [c, a, b] },
    ],
    [
      'keeps items that the order does not name',
      { containers: [a, b, c] },
      { '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }], containers: [{ name: 'b', image: '2' }] },
      { containers: [a, c, { ...b, image: '2' }] },
    ],
    [
      'merges in order of the patch',
      { containers: [b] },
      {
        containers: [
          {
            name: 'b',
            env: [
              { name: 'B', value: '2' },
              { name: 'A', value: '9' },
            ],
          },
        ],
      },
      {
        containers: [
          {
            ...b,
            env: [
              { name: 'B', value: '2' },
              { name: 'A', value: '9' },
            ],
          },
        ],
      },
    ],
    [
      'replaces lists without strategy',
      { containers: [{ ...a, args: ['x', 'y'] }] },
      { containers: [{ name: 'a', args: ['z'] }] },
      { containers: [{ ...a, args: ['z'] }] },
    ],
    ['merges scalars', { finalizers: ['a', 'b'] }, { finalizers: ['c', 'a'] }, { finalizers: ['c', 'a', 'b'] }],
    [
      'removes scalars',
      { finalizers: ['a', 'b'] },
      { '$deleteFromPrimitiveList/finalizers': ['a'] },
      { finalizers: ['b'] },
    ],
    [
      'retains keys',
      { strategy: { type: 'R', rolling: {} } },
      { strategy: { $retainKeys: ['type'], type: 'X' } },
      { strategy: { type: 'X' } },
    ],
    ['null removes', { labels: { a: '1', b: '2' } }, { labels: { a: null, c: '3' } }, { labels: { b: '2', c: '3' } }],
    ['replaces a map', { labels: { a: '1' } }, { labels: { $patch: 'replace', q: '1' } }, { labels: { q: '1' } }],
    ['empties a map', { labels: { a: '1' } }, { labels: { $patch: 'delete' } }, { labels: {} }],
    ['replaces by strategy', { selector: { a: '1' } }, { selector: { b: '1' } }, { selector: { b: '1' } }],
    [
      'leaves no directive behind',
      {},
      {
        containers: [{ name: 'a', env: [{ $patch: 'replace' }, { name: 'A' }] }],
        labels: { $retainKeys: ['x'], x: '1' },
      },
      { containers: [{ name: 'a', env: [{ name: 'A' }] }], labels: { x: '1' } },
    ],
  ])('%s', (_, doc, patch, result) => {
    const before = [deepClone(doc), deepClone(patch)];
    expect(applyStrategicMergePatch(pod, doc, patch)).toEqual(result);
    expect([doc, patch]).toEqual(before);
  });

  test('v1.20 takes what a patch adds as it is', () => {
    const patch = {
      containers: [{ name: 'a', $patch: 'delete' }],
      '$deleteFromPrimitiveList/finalizers': ['a'],
      x: { y: null },
    };
    expect(applyStrategicMergePatch(pod, {}, patch, 20)).toEqual({
      containers: [{ name: 'a', $patch: 'delete' }],
      finalizers: ['a'],
      x: { y: null },
    });
    expect(applyStrategicMergePatch(pod, {}, patch)).toEqual({ containers: [], x: {} });
  });

  test('items of several types are refused with both lists', () => {
    expect(() => applyStrategicMergePatch(pod, { finalizers: ['a'] }, { finalizers: [null] })).toThrow(
      'list element types are not identical: [[a] [<nil>]]',
    );
  });

  test.each<[object | unknown[], number, string]>([
    [{ containers: [{ image: 'x' }] }, 500, 'map: map[image:x] does not contain declared merge key: name'],
    [{ containers: [{ name: 'a', $patch: 'odd' }] }, 500, 'unknown patch type: odd in map: map[$patch:odd name:a]'],
    [{ labels: { $patch: 'bogus' } }, 500, 'unknown patch type: bogus in map: map[$patch:bogus]'],
    [
      { '$setElementOrder/containers': [{ name: 'z' }], containers: [{ name: 'a', image: 'q' }] },
      500,
      "The order in patch list:\n[map[image:q name:a]]\n doesn't match $setElementOrder list:\n[map[name:z]]\n",
    ],
    [{ labels: { $patch: 1 } }, 500, 'unknown patch type: %!s(int64=1) in map: map[$patch:1]'],
    [{ labels: { $patch: null } }, 500, 'unknown patch type: %!s(<nil>) in map: map[$patch:<nil>]'],
    [{ strategy: { $retainKeys: ['type'], rolling: {} } }, 400, 'invalid patch format of retainKeys'],
    [{ '$setElementOrder/containers': ['a'] }, 500, 'value for key 0 is not a map'],
    [
      { '$setElementOrder/containers': [{ name: 'a' }, 1] },
      500,
      'expected a map[string]interface {}, but received a int64',
    ],
    [{ '$setElementOrder/containers': [{}] }, 500, 'map: map[] does not contain declared merge key: name'],
    [
      { '$setElementOrder/containers': [{ name: 'a' }], containers: ['a'] },
      500,
      'expected a map[string]interface {}, but received a string',
    ],
    [{ $setElementOrder: ['a'] }, 400, 'invalid patch format of setElementOrder list'],
    [{ $setElementOrder: 'a' }, 500, 'expected a []interface {}, but received a string'],
    [{ $deleteFromPrimitiveList: ['a'] }, 400, 'invalid patch format of primitive list'],
    [[], 400, 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ])('%j is refused', (patch, code, message) => {
    const doc = { containers: [a], labels: { a: '1' }, strategy: { type: 'R' } };
    expect(() => applyStrategicMergePatch(pod, doc, patch)).toThrow(expect.objectContaining({ code, message }));
  });
});

describe('JSON patch', () => {
  const doc = { a: { 'x/y': 1, 'm~n': 2 }, list: [1, 2, 3] };
  test.each<[string, object[], unknown]>([
    ['adds', [{ op: 'add', path: '/b', value: { c: 1 } }], { ...doc, b: { c: 1 } }],
    [
      'escapes',
      [
        { op: 'remove', path: '/a/x~1y' },
        { op: 'replace', path: '/a/m~0n', value: 3 },
      ],
      { ...doc, a: { 'm~n': 3 } },
    ],
    [
      'inserts and appends',
      [
        { op: 'add', path: '/list/0', value: 0 },
        { op: 'add', path: '/list/-', value: 4 },
      ],
      { ...doc, list: [0, 1, 2, 3, 4] },
    ],
    ['moves', [{ op: 'move', from: '/list/0', path: '/first' }], { ...doc, list: [2, 3], first: 1 }],
    [
      'copies',
      [
        { op: 'copy', from: '/a', path: '/b' },
        { op: 'remove', path: '/b/x~1y' },
      ],
      { ...doc, b: { 'm~n': 2 } },
    ],
    [
      'tests',
      [
        { op: 'test', path: '/a', value: { 'm~n': 2, 'x/y': 1 } },
        { op: 'test', path: '/none', value: null },
      ],
      doc,
    ],
    [
      'counts from the end',
      [
        { op: 'replace', path: '/list/-1', value: 9 },
        { op: 'remove', path: '/list/-3' },
      ],
      { ...doc, list: [2, 9] },
    ],
    ['replaces everything', [{ op: 'replace', path: '', value: { b: 5 } }], { b: 5 }],
    ['lets no scalar take the place of everything', [{ op: 'replace', path: '', value: 5 }], doc],
    ['takes an index with a sign', [{ op: 'replace', path: '/list/+0', value: 9 }], { ...doc, list: [9, 2, 3] }],
    ['ignores what stands before the first slash', [{ op: 'remove', path: 'metadata/list' }], { a: doc.a }],
    [
      'looks for the target of a move when the source is gone',
      [
        { op: 'add', path: '/list/1', value: {} },
        { op: 'move', from: '/list/0', path: '/list/0/in' },
      ],
      { ...doc, list: [{ in: 1 }, 2, 3] },
    ],
    ['reads an escape once', [{ op: 'add', path: '/b~01', value: 1 }], { ...doc, 'b~1': 1 }],
  ])('%s', (_, ops, result) => {
    const before = deepClone(doc);
    expect(applyJsonPatch(doc, ops)).toEqual(result);
    expect(doc).toEqual(before);
  });

  test.each<[string, unknown, number]>([
    ['a missing key', [{ op: 'remove', path: '/none' }], 422],
    ['a missing key to move', [{ op: 'move', from: '/none', path: '/b' }], 422],
    ['a failed test', [{ op: 'test', path: '/list/0', value: 2 }], 422],
    ['an unknown operation', [{ op: 'bogus', path: '/a' }], 422],
    ['a missing parent', [{ op: 'add', path: '/x/y/z', value: 1 }], 422],
    ['an index out of bounds', [{ op: 'remove', path: '/list/3' }], 422],
    ['an inherited name', [{ op: 'add', path: '/constructor/prototype/x', value: 1 }], 422],
    ['a test of an item that is not there', [{ op: 'test', path: '/list/3', value: null }], 422],
    ['no operation', [null], 422],
    ['a number for an operation', [1], 400],
    ['the whole document to remove', [{ op: 'remove', path: '' }], 422],
    ['the whole document to copy', [{ op: 'copy', from: '', path: '/b' }], 422],
    ['a move into itself', [{ op: 'move', from: '/a', path: '/a/b' }], 422],
    [
      'copies that grow without bound',
      [
        { op: 'add', path: '/b', value: { x: 'y'.repeat(1000) } },
        ...Array.from({ length: 14 }, (_, i) => ({ op: 'copy', from: '/b', path: `/b/${i}` })),
      ],
      422,
    ],
    ['no list', { op: 'add' }, 400],
    [
      'too many',
      Array.from({ length: MAX_JSON_PATCH_OPERATIONS + 1 }, () => ({ op: 'test', path: '/list/0', value: 1 })),
      413,
    ],
  ])('%s is refused', (_, ops, code) => {
    expect(() => applyJsonPatch(doc, ops)).toThrow(expect.objectContaining({ code }));
  });

  test.each<[object, string]>([
    [
      { op: 'add', path: '/no/x', value: 1 },
      'add operation does not apply: doc is missing path: "/no/x": missing value',
    ],
    [
      { op: 'replace', path: '/no/x', value: 1 },
      'replace operation does not apply: doc is missing path: /no/x: missing value',
    ],
    [{ op: 'remove', path: '/no/x' }, 'remove operation does not apply: doc is missing path: "/no/x": missing value'],
    [
      { op: 'remove', path: '/no' },
      "error in remove for path: '/no': Unable to remove nonexistent key: no: missing value",
    ],
    [
      { op: 'move', from: '/no/x', path: '/a' },
      'move operation does not apply: doc is missing from path: /no/x: missing value',
    ],
    [
      { op: 'copy', from: '/no/x', path: '/a' },
      'copy operation does not apply: doc is missing from path: /no/x: missing value',
    ],
    [{ op: 'test', path: '/list/0', value: 9 }, 'testing value /list/0 failed: test failed'],
    [{ op: 'odd', path: '/a' }, 'Unexpected kind: odd'],
  ])('%j does not apply: the cause says why', (op, why) => {
    expect(() => applyJsonPatch(doc, [op])).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ message: why }) as unknown }),
    );
  });

  test.each([[[{ op: 'replace', path: '', value: {} }]], [[{ op: 'test', path: '', value: doc }]]])(
    'v1.20 knows no operation on everything: %j',
    ops => {
      expect(() => applyJsonPatch(doc, ops, 20)).toThrow(expect.objectContaining({ code: 422 }));
      expect(() => applyJsonPatch(doc, ops)).not.toThrow();
    },
  );

  test('null changes nothing', () => {
    expect(applyJsonPatch(doc, null)).toEqual(doc);
  });

  test('replace adds what is missing, and nothing is copied as null', () => {
    const ops = [
      { op: 'replace', path: '/a', value: 1 },
      { op: 'copy', from: '/none', path: '/b' },
    ];
    expect(applyJsonPatch({}, ops)).toEqual({ a: 1, b: null });
  });
});

test.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, [{ b: null }], [{}]],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('merge patch of %j by %j is %j', (doc, patch, result) => {
  expect(applyMergePatch(doc, patch)).toEqual(result);
});

test('a merge patch takes nulls out of objects in lists, and in v1.20 out of lists', () => {
  const patch = { a: [null, { b: null, c: 1 }] };
  expect(applyMergePatch({}, patch)).toEqual({ a: [null, { c: 1 }] });
  expect(applyMergePatch({}, patch, 20)).toEqual({ a: [{ c: 1 }] });
});
