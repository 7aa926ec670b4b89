import { describe, expect, test } from '@jest/globals';
import type { ObjectMeta } from './meta';
import { checkName, generateName, validateObjectMeta, validateObjectMetaUpdate } from './object-meta';

const texts = (errors: { field: string; message: string }[]) => errors.map(e => `${e.field}: ${e.message}`);
const fine: ObjectMeta = {
  name: 'a',
  namespace: 'default',
  uid: 'u',
  resourceVersion: '1',
  creationTimestamp: '2020-01-01T00:00:00Z',
};

describe('validateObjectMeta', () => {
  test.each<[string, ObjectMeta, string[]]>([
    ['nothing wrong', { name: 'a.b', namespace: 'n' }, []],
    ['no name', { namespace: 'n' }, ['metadata.name: Required value: name or generateName is required']],
    ['no namespace', { name: 'a' }, ['metadata.namespace: Required value']],
    [
      'an unknown finalizer',
      { name: 'a', namespace: 'n', finalizers: ['x'] },
      [
        'metadata.finalizers[0]: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified',
      ],
    ],
    [
      'both propagations',
      { name: 'a', namespace: 'n', finalizers: ['foregroundDeletion', 'orphan'] },
      [
        'metadata.finalizers: Invalid value: []string{"foregroundDeletion", "orphan"}: finalizer orphan and foregroundDeletion cannot be both set',
      ],
    ],
    [
      'large annotations',
      { name: 'a', namespace: 'n', annotations: { a: 'x'.repeat(262_150) } },
      ['metadata.annotations: Too long: may not be more than 262144 bytes'],
    ],
    [
      'an event as owner',
      { name: 'a', namespace: 'n', ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'x', uid: 'u' }] },
      [
        'metadata.ownerReferences: Invalid value: v1.OwnerReference{APIVersion:"v1", Kind:"Event", Name:"x", UID:"u", Controller:(*bool)(nil), BlockOwnerDeletion:(*bool)(nil)}: /v1, Kind=Event is disallowed from being an owner',
      ],
    ],
    [
      'an owner of odd version',
      { name: 'a', namespace: 'n', ownerReferences: [{ apiVersion: 'a/b/c', kind: 'D', name: 'x', uid: 'u' }] },
      ['metadata.ownerReferences.apiVersion: Invalid value: "a/b/c": version must not be empty'],
    ],
    [
      'an odd field owner',
      { name: 'a', namespace: 'n', managedFields: [{ operation: 'Odd', subresource: 'x'.repeat(257) }] },
      [
        'metadata.managedFields[0].operation: Invalid value: "Odd": must be `Apply` or `Update`',
        'metadata.managedFields[0].subresource: Too long: may not be more than 256 bytes',
      ],
    ],
  ])('%s', (_, meta, expected) => {
    expect(texts(validateObjectMeta(meta, { namespaced: true, nameRule: 'subdomain' }))).toEqual(expected);
  });
  test('up to 1.31 what is too long may have so many bytes', () => {
    const meta = { name: 'a', namespace: 'n', annotations: { a: 'x'.repeat(262_150) } };
    expect(texts(validateObjectMeta(meta, { namespaced: true, nameRule: 'subdomain', emulated: 31 }))).toEqual([
      'metadata.annotations: Too long: must have at most 262144 bytes',
    ]);
  });
  test('a namespace is forbidden outside', () => {
    expect(texts(validateObjectMeta({ name: 'a', namespace: 'n' }, { namespaced: false, nameRule: 'label' }))).toEqual([
      'metadata.namespace: Forbidden: not allowed on this type',
    ]);
  });
  test('one controller at most', () => {
    const owner = (name: string) => ({ apiVersion: 'v1', kind: 'D', name, uid: 'u', controller: true });
    const [error, ...more] = texts(
      validateObjectMeta(
        { ...fine, ownerReferences: [owner('x'), owner('y')] },
        { namespaced: true, nameRule: 'subdomain' },
      ),
    );
    expect(error).toMatch(
      /Only one reference can have Controller set to true\. Found "true" in references for x and y$/,
    );
    expect(more).toEqual([]);
  });
});

describe('validateObjectMetaUpdate', () => {
  test.each<[string, ObjectMeta, ObjectMeta, string[]]>([
    ['nothing wrong', fine, fine, []],
    ['another uid', { ...fine, uid: 'b' }, fine, ['metadata.uid: Invalid value: "b": field is immutable']],
    [
      'no version',
      { ...fine, resourceVersion: '' },
      fine,
      ['metadata.resourceVersion: Invalid value: "": must be specified for an update'],
    ],
    [
      'less generation',
      { ...fine, generation: 1 },
      { ...fine, generation: 2 },
      ['metadata.generation: Invalid value: 1: must not be decremented'],
    ],
    [
      'a finalizer for a dying object',
      { ...fine, deletionTimestamp: 't', finalizers: ['a/b', 'c/d'] },
      { ...fine, deletionTimestamp: 't', finalizers: ['a/b'] },
      [
        'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c/d"}',
      ],
    ],
  ])('%s', (_, meta, old, expected) => {
    expect(texts(validateObjectMetaUpdate(meta, old))).toEqual(expected);
  });
});

test('generated names fit and differ', () => {
  const made = new Set(Array.from({ length: 50 }, () => generateName('x'.repeat(70))));
  expect(made.size).toBe(50);
  for (const name of made) expect(name).toMatch(/^x{58}[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});
test('a prefix may end with a dash', () => {
  expect([checkName('label', 'a-', true), checkName('label', 'a-').length, checkName('pathSegment', 'a/b')]).toEqual([
    [],
    1,
    ["may not contain '/'"],
  ]);
});
