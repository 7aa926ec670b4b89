import { describe, expect, test } from '@jest/globals';
import { deepClone } from '../json';
import type { AnyObject } from '../meta';
import { deduced, untyped, type FieldSchema, type TypeSchema } from '../schema';
import { StatusError } from '../status-error';
import { applyPatch, managedFieldsForUpdate, parseFieldsV1, printFieldsV1 } from './index';

const none = () => undefined;
const text: TypeSchema = { kind: 'scalar', scalarType: 'string', field: none };
const map: TypeSchema = { kind: 'map', field: none, element: text };
const object = (fields: Record<string, TypeSchema>): TypeSchema => ({
  kind: 'object',
  field: (name): FieldSchema | undefined =>
    Object.hasOwn(fields, name) ? { name, schema: fields[name]!, patchStrategy: [] } : undefined,
});
const port = object({ port: { kind: 'scalar', scalarType: 'numeric', field: none }, protocol: text, name: text });
const schema = object({
  apiVersion: text,
  kind: text,
  metadata: object({
    name: text,
    uid: text,
    labels: map,
    annotations: map,
    finalizers: { kind: 'list', listType: 'set', field: none, element: text },
    managedFields: untyped,
  }),
  data: map,
  ports: {
    kind: 'list',
    listType: 'map',
    mapKeys: ['port', 'protocol'],
    keyDefaults: { protocol: 'TCP' },
    field: none,
    element: port,
  },
  atom: { ...object({ x: text, y: text }), atomic: true },
  deep: object({ in: object({ side: map }) }),
});
const NOW = Date.UTC(2024, 0, 2, 3, 4, 5);
const TIME = '2024-01-02T03:04:05Z';
const common = { schema, apiVersion: 'v1', now: NOW };
const config = (fields: object, metadata: object = {}): AnyObject => ({
  apiVersion: 'v1',
  kind: 'K',
  metadata: { name: 'a', ...metadata },
  ...fields,
});
const created = (object: AnyObject): AnyObject => ({ ...object, metadata: { ...object.metadata, uid: 'u' } });
const apply = (live: AnyObject, manager: string, fields: object, force = false) =>
  created(applyPatch({ ...common, live, applied: config(fields), manager, force }).object);
const owned = (object: AnyObject) =>
  Object.fromEntries((object.metadata?.managedFields ?? []).map(e => [`${e.manager} ${e.operation}`, e.fieldsV1]));
const nothing: AnyObject = {};

describe('apply', () => {
  test('owns what it names, and only that', () => {
    const live = apply(nothing, 'one', { data: { a: '1' }, ports: [{ port: 80 }], atom: { x: '1' } });
    expect(owned(live)).toEqual({
      'one Apply': {
        'f:data': { 'f:a': {} },
        'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
        'f:atom': {},
      },
    });
    expect(live.metadata!.managedFields![0]).toMatchObject({ time: TIME, apiVersion: 'v1', fieldsType: 'FieldsV1' });
  });

  test('removes what it names no more, unless others own it', () => {
    let live = apply(nothing, 'one', { data: { a: '1', b: '2' }, ports: [{ port: 80 }, { port: 81 }] });
    live = apply(live, 'two', { data: { b: '2' } });
    live = apply(live, 'one', { ports: [{ port: 81, name: 'x' }] });
    expect(live).toMatchObject({ data: { b: '2' }, ports: [{ port: 81, name: 'x' }] });
    expect(live.data).toEqual({ b: '2' });
    live = apply(live, 'two', {});
    expect([live.data, owned(live)['two Apply']]).toEqual([undefined, undefined]);
  });

  test('an object that lost its last field stayed as null in v1.20', () => {
    const live = apply(nothing, 'one', { data: { a: '1' } });
    const { object: left } = applyPatch({
      ...common,
      live,
      applied: config({}),
      manager: 'one',
      force: false,
      emulated: 20,
    });
    expect(left.data).toBeNull();
  });

  test.each<[string, number, object, object, unknown]>([
    [
      'new items come last in v1.20',
      20,
      { ports: [{ port: 2, protocol: 'TCP' }] },
      {
        ports: [
          { port: 1, protocol: 'TCP' },
          { port: 2, protocol: 'TCP' },
        ],
      },
      [2, 1],
    ],
    [
      'the order of the configuration wins since',
      33,
      { ports: [{ port: 2, protocol: 'TCP' }] },
      {
        ports: [
          { port: 1, protocol: 'TCP' },
          { port: 2, protocol: 'TCP' },
        ],
      },
      [1, 2],
    ],
  ])('%s', (_, emulated, before, after, ports) => {
    const live = apply(nothing, 'one', before);
    const { object } = applyPatch({ ...common, live, applied: config(after), manager: 'two', emulated });
    expect((object.ports as { port: number }[]).map(({ port }) => port)).toEqual(ports);
  });

  test('an empty object of a configuration is owned, but not in v1.20', () => {
    const sets = [20, 33].map(emulated => {
      const request = { ...common, live: nothing, applied: config({ data: {} }), manager: 'one', emulated };
      return applyPatch(request).managedFields;
    });
    expect(sets).toEqual([undefined, [expect.objectContaining({ fieldsV1: { 'f:data': {} } })]]);
  });

  test.each([
    [23, '2 conflicts: conflicts with "one":\n- .data.a\nconflicts with "setter" using v1:\n- .data.a'],
    [33, '1 conflict: conflict with "one": .data.a'],
  ])('up to 1.23 who set an object while it was empty owns what comes into it (1.%i)', (emulated, told) => {
    const live = created(config({ data: {} }));
    const setting = { ...common, live: nothing, updated: live, manager: 'setter', emulated };
    live.metadata!.managedFields = managedFieldsForUpdate(setting);
    const request = (before: AnyObject, manager: string, a: string) =>
      applyPatch({ ...common, live: before, applied: config({ data: { a } }), manager, emulated });
    const filled = request(live, 'one', '1').object;
    expect(() => request(filled, 'two', '2')).toThrow(`Apply failed with ${told}`);
  });

  test('conflicts list fields before what is below others', () => {
    const live = apply(nothing, 'one', { atom: { x: '1' }, data: { b: '1' }, ports: [{ port: 80, name: 'x' }] });
    const changed = { atom: { x: '2' }, data: { b: '2' }, ports: [{ port: 80, name: 'y' }] };
    expect(() => apply(live, 'two', changed)).toThrow(
      'conflicts with "one":\n- .atom\n- .data.b\n- .ports[port=80,protocol="TCP"].name',
    );
  });

  test.each([
    [20, ['.deep.in.side.z', '.deep.in.side.z', '.deep.in.side.z']],
    [33, ['.deep.in.side.x', '.deep.in.side.y', '.deep.in.side.z']],
  ])('v1.%i tells conflicts of fields that lie deep as %j', (emulated, fields) => {
    const live = apply(nothing, 'one', { deep: { in: { side: { x: '1', y: '1', z: '1' } } } });
    const applied = config({ deep: { in: { side: { x: '2', y: '2', z: '2' } } } });
    const causes = fields.map(field => expect.objectContaining({ field }) as object);
    expect(() => applyPatch({ ...common, live, applied, manager: 'two', emulated })).toThrow(
      expect.objectContaining({ details: { causes } }),
    );
  });

  test('where nothing is known of an object, what takes its place takes its fields from their owners', () => {
    const live = created(
      applyPatch({ ...common, schema: deduced, live: nothing, applied: config({ any: { x: 1 } }), manager: 'one' })
        .object,
    );
    const applied = config({ any: 1 });
    const { object } = applyPatch({ ...common, schema: deduced, live, applied, manager: 'two', force: true });
    expect(owned(object)).toEqual({ 'two Apply': { 'f:any': {} } });
  });

  test('entries of versions that are gone go', () => {
    const live = apply(nothing, 'one', { data: { a: '1' } });
    const inVersion = (object: AnyObject, apiVersion: string) => (apiVersion === 'v1' ? { schema, object } : undefined);
    live.metadata!.managedFields![0]!.apiVersion = 'v0';
    const { managedFields } = applyPatch({ ...common, live, applied: config({}), manager: 'two', inVersion });
    expect(managedFields).toBeUndefined();
  });

  describe('says at which step an object could not be brought into a version', () => {
    const inVersion = (object: AnyObject, apiVersion: string) => {
      if (object.data) throw new StatusError(500, '', `no ${apiVersion} of this`);
      return { schema, object };
    };
    const by = (owner: string, apiVersion: string, fields: object, change = 'Apply'): AnyObject => {
      const live = apply(nothing, owner, fields);
      Object.assign(live.metadata!.managedFields![0]!, { apiVersion, operation: change });
      return live;
    };
    test.each<readonly [step: string, live: AnyObject, message: string]>([
      ['others', by('other', 'v2', { atom: { x: '1' } }), 'failed to convert new object: no v2 of this'],
      [
        'the manager before',
        by('one', 'v2', { atom: { x: '1' } }),
        'failed to prune fields: failed to convert merged object to last applied version: no v2 of this',
      ],
      [
        'others of an object that fits',
        by('other', 'v2', { data: { a: '1' } }),
        'failed to convert live object: no v2',
      ],
    ])('%s', (_, live, message) => {
      const request = { ...common, live, applied: config({ data: { b: '1' } }), manager: 'one', inVersion };
      expect(() => applyPatch(request)).toThrow(message);
    });
  });

  test('repeated items are no objects of other versions until v1.28', () => {
    const live = apply(nothing, 'other', { data: { a: '1' } });
    live.metadata!.managedFields![0]!.apiVersion = 'v2';
    const inVersion = (object: AnyObject) => ({
      schema,
      object: (object.data as { b?: string } | undefined)?.b
        ? { ...object, ports: [{ port: 1 }, { port: 1 }] }
        : object,
    });
    const request = { ...common, live, applied: config({ data: { b: '1' } }), manager: 'one', inVersion };
    const message = 'failed to convert new object: .ports: duplicate entries for key [port=1,protocol="TCP"]';
    expect(() => applyPatch({ ...request, emulated: 20 })).toThrow(message);
    expect(() => applyPatch({ ...request, emulated: 33 })).not.toThrow();
  });

  test('nobody can come to own an object that does not fit', () => {
    const live = created(config({ ports: [{ port: 1 }, { port: 1 }] }));
    const request = { ...common, live, applied: config({}), manager: 'one', emulated: 20 };
    expect(() => applyPatch(request)).toThrow(
      'failed to create manager for existing fields: failed to convert new object (/v1, Kind=K) to smd typed: .ports: duplicate',
    );
  });

  test('nothing of an object with repeated items is tracked until v1.28', () => {
    const updated = config({ ports: [{ port: 80 }, { port: 80 }] });
    const track = (emulated: number) =>
      managedFieldsForUpdate({ ...common, live: nothing, updated, manager: 'one', emulated });
    expect([track(20), track(33)?.length]).toEqual([undefined, 1]);
  });

  test('a time follows values since v1.25, before only which fields are owned', () => {
    const times = [20, 33].map(emulated => {
      const live = created(config({ data: { a: '1' } }));
      const write = (before: AnyObject, updated: AnyObject, now: number) =>
        managedFieldsForUpdate({ ...common, live: before, updated, manager: 'one', emulated, now });
      live.metadata!.managedFields = write(nothing, live, NOW);
      return write(live, { ...live, data: { a: '2' } }, NOW + 60_000)![0]!.time;
    });
    expect(times).toEqual([TIME, '2024-01-02T03:05:05Z']);
  });

  test('conflicts where others own another value, until forced', () => {
    const live = apply(nothing, 'one', { data: { a: '1', b: '2' } });
    const before = deepClone(live);
    expect(() => apply(live, 'two', { data: { a: '9' } })).toThrow(
      expect.objectContaining({
        code: 409,
        message: 'Apply failed with 1 conflict: conflict with "one": .data.a',
        details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' }] },
      }),
    );
    expect(() => apply(live, 'two', { data: { a: '9', b: '8' } })).toThrow(
      'Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\n- .data.b',
    );
    const forced = apply(live, 'two', { data: { a: '9' } }, true);
    expect([forced.data, owned(forced)]).toEqual([
      { a: '9', b: '2' },
      { 'one Apply': { 'f:data': { 'f:b': {} } }, 'two Apply': { 'f:data': { 'f:a': {} } } },
    ]);
    expect(live).toEqual(before);
  });

  test('an equal value is shared, and applying the same again changes nothing', () => {
    const live = apply(apply(nothing, 'one', { data: { a: '1' } }), 'two', { data: { a: '1' } });
    const again = applyPatch({
      ...common,
      live,
      applied: config({ data: { a: '1' } }),
      manager: 'two',
      now: NOW + 60_000,
    });
    expect(again.object).toEqual(live);
  });

  test('an object from before the first apply has an owner of its own', () => {
    const live = created(config({ data: { a: '1' } }));
    expect(() => apply(live, 'one', { data: { a: '2' } })).toThrow(
      'conflict with "before-first-apply" using v1: .data.a',
    );
    expect(Object.keys(owned(apply(live, 'one', { data: { b: '2' } })))).toEqual([
      'one Apply',
      'before-first-apply Update',
    ]);
  });

  test('kubectl takes over from client-side apply', () => {
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(config({ data: { a: '1' } })),
    };
    const live = created({ ...config({ data: { a: '1', b: '1' } }, { annotations }) });
    live.metadata!.managedFields = managedFieldsForUpdate({
      ...common,
      live: nothing,
      updated: live,
      manager: 'kubectl-client-side-apply',
    });
    expect(apply(live, 'kubectl', { data: { a: '2' } }).data).toEqual({ a: '2', b: '1' });
    expect(() => apply(live, 'kubectl', { data: { b: '2' } })).toThrow(expect.objectContaining({ code: 409 }));
    expect(() => apply(live, 'other', { data: { a: '2' } })).toThrow(expect.objectContaining({ code: 409 }));
  });

  test.each<[string, AnyObject, string]>([
    [
      'an undeclared field',
      config({ bogus: 1 }),
      'failed to create typed patch object: .bogus: field not declared in schema',
    ],
    [
      'a wrong type',
      config({ data: { a: 1 } }),
      'failed to create typed patch object: .data.a: expected string, got &value.valueUnstructured{Value:1}',
    ],
    [
      'a repeated item',
      config({ ports: [{ port: 1 }, { port: 1 }] }),
      'failed to create typed patch object: .ports: duplicate entries for key [port=1,protocol="TCP"]',
    ],
    [
      'a wrong number',
      config({ ports: [{ port: 'x' }] }),
      'failed to create typed patch object: .ports[port="x",protocol="TCP"].port: expected numeric (int or float), got *value.valueUnstructured',
    ],
    [
      'a list for an object, and a text for a list',
      config({ data: ['x'], ports: 'y' }),
      'failed to create typed patch object: errors:\n  .data: expected map, got &{[x]}\n  .ports: expected list, got &{y}',
    ],
    [
      'an object for a text',
      config({ data: { a: { b: [true] } } }),
      'failed to create typed patch object: .data.a: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"b":[]interface {}{true}}}',
    ],
    ['owners', config({}, { managedFields: [{}] }), 'metadata.managedFields must be nil'],
    ['no owners', config({}, { managedFields: [] }), 'metadata.managedFields must be nil'],
    [
      'no version',
      { metadata: { name: 'a' } },
      'Incorrect version specified in apply patch. Specified patch version: , expected: v1',
    ],
  ])('%s is refused', (_, applied, message) => {
    expect(() => applyPatch({ ...common, live: nothing, applied, manager: 'one', emulated: 20 })).toThrow(
      expect.objectContaining({ message }),
    );
  });
});

test.each<[string, object, string]>([
  ['a name', {}, '/a'],
  ['a name that is none', { name: Object.create(null) as object, namespace: 1 }, '/'],
])('what does not fit is 500 in all releases, and names the object since v1.21: %s', (_, metadata, name) => {
  const applied = config({ bogus: 1 }, metadata);
  const message = expect.stringContaining(`failed to create typed patch object (${name}; /v1, Kind=K): `);
  expect(() => applyPatch({ ...common, live: nothing, applied, manager: 'one' })).toThrow(
    expect.objectContaining({ code: 500, message }),
  );
});

test('places that an endpoint resets come to be owned by nobody', () => {
  const resetFields = ['atom', 'data.a'];
  const applied = applyPatch({
    ...common,
    live: nothing,
    applied: config({ data: { a: '1', b: '2' }, atom: { x: '1' } }),
    manager: 'one',
    resetFields,
  });
  expect(owned(applied.object)).toEqual({ 'one Apply': { 'f:data': { 'f:b': {} } } });
  const updated = config({ data: { a: '1' }, atom: { x: '1' } });
  const entries = managedFieldsForUpdate({ ...common, live: config({ data: {} }), updated, manager: 'm', resetFields });
  expect(entries).toBeUndefined();
});

describe('update', () => {
  const update = (live: AnyObject, updated: AnyObject, manager: string, now = NOW) =>
    created({
      ...updated,
      metadata: {
        ...updated.metadata,
        managedFields: managedFieldsForUpdate({ ...common, live, updated, manager, now }),
      },
    });

  test('owns what it changed; others lose what changed or went', () => {
    let live = update(nothing, config({ data: { a: '1', b: '2' } }), 'creator');
    expect(owned(live)).toEqual({ 'creator Update': { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } } });
    live = update(live, created(config({ data: { a: '1', c: '3' } })), 'second');
    expect(owned(live)).toEqual({
      'creator Update': { 'f:data': { '.': {}, 'f:a': {} } },
      'second Update': { 'f:data': { 'f:c': {} } },
    });
  });

  test('an object without owners stays without', () => {
    const live = created(config({ data: { a: '1' } }));
    expect(
      managedFieldsForUpdate({ ...common, live, updated: created(config({ data: { a: '2' } })), manager: 'm' }),
    ).toBeUndefined();
  });

  test('one empty entry clears all', () => {
    const live = update(nothing, config({ data: { a: '1' } }), 'creator');
    const updated = { ...live, metadata: { ...live.metadata, managedFields: [{}] } };
    expect(managedFieldsForUpdate({ ...common, live, updated, manager: 'm' })).toBeUndefined();
  });

  test('old updaters are capped', () => {
    let live = update(nothing, config({ data: { k: '0' } }), 'm0');
    for (let i = 1; i <= 14; i++)
      live = update(
        live,
        created({ ...live, data: { ...(live.data as object), [`k${i}`]: '1' } }),
        `m${i}`,
        NOW + i * 1000,
      );
    const managers = live.metadata!.managedFields!.map(e => e.manager);
    expect([
      managers.length,
      managers.includes('ancient-changes'),
      managers.includes('m14'),
      managers.includes('m1'),
    ]).toEqual([10, true, true, false]);
  });

  test('in another version, that version is compared', () => {
    const live = created(
      config(
        { data: { a: '1' } },
        {
          managedFields: [
            {
              manager: 'old',
              operation: 'Update',
              apiVersion: 'v0',
              time: TIME,
              fieldsType: 'FieldsV1',
              fieldsV1: { 'f:data': { 'f:z': {} } },
            },
          ],
        },
      ),
    );
    const inVersion = (object: AnyObject) => ({
      schema,
      object: { ...object, data: { z: (object.data as Record<string, string>).a! } },
    });
    const updated = { ...live, data: { a: '2' } };
    const entries = managedFieldsForUpdate({ ...common, live, updated, manager: 'm', inVersion });
    expect(entries!.map(e => e.manager)).toEqual(['m']);
  });
});

test.each([
  [{ 'f:a': {} }],
  [{ 'f:a': { '.': {}, 'f:b': {} }, 'f:c': { 'k:{"name":"x"}': { '.': {}, 'f:name': {} }, 'v:"y"': {}, 'i:0': {} } }],
])('field sets print as they parse: %j', fields => {
  expect(printFieldsV1(parseFieldsV1(fields))).toEqual(fields);
});
