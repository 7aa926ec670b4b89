import { describe, expect, test } from '@jest/globals';
import { deduced, scalar, untyped, type TypeSchema } from '@navarch/apimachinery';
import { CompiledSchema } from './compiled-schema';
import type { JsonSchema } from './json-schema';

const OPEN = { 'x-kubernetes-preserve-unknown-fields': true } as const;
const object = (properties: Record<string, JsonSchema>, more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...more,
});
const compile = (spec: JsonSchema, emulated = 33) => new CompiledSchema(object({ spec }), { emulated });
const text = { type: 'string' };
const integer = { type: 'integer' };
const string = { ...scalar, scalarType: 'string' };

describe('reading drops what is not declared and fills in defaults', () => {
  test.each<[string, JsonSchema, unknown, unknown, string[]]>([
    ['unknown fields', object({ a: text }), { a: 'x', b: 1 }, { a: 'x' }, ['spec.b']],
    ['in lists', { type: 'array', items: object({ a: text }) }, [{ b: 1 }], [{}], ['spec[0].b']],
    ['in maps', { type: 'object', additionalProperties: object({}) }, { k: { b: 1 } }, { k: {} }, ['spec.k.b']],
    ['not where they are kept', object({ a: object({ c: text }) }, OPEN), { b: { d: 1 } }, { b: { d: 1 } }, []],
    ['but in what is declared there', object({ a: object({}) }, OPEN), { a: { d: 1 } }, { a: {} }, ['spec.a.d']],
    [
      'everything below values that say nothing',
      object({ a: { type: 'object' } }),
      { a: { d: 1 } },
      { a: {} },
      ['spec.a.d'],
    ],
    [
      'metadata of embedded objects is typed',
      object({ e: { type: 'object', 'x-kubernetes-embedded-resource': true, ...OPEN } }),
      { e: { kind: 'Pod', metadata: { name: 'p', x: 1 } } },
      { e: { kind: 'Pod', metadata: { name: 'p' } } },
      ['spec.e.metadata.x'],
    ],
    ['defaults', object({ n: { ...integer, default: 5 } }), {}, { n: 5 }, []],
    [
      'defaults within defaults',
      object({ o: object({ b: { ...text, default: 'b' } }, { default: {} }) }),
      {},
      { o: { b: 'b' } },
      [],
    ],
    ['null is defaulted', object({ n: { ...integer, default: 5 } }), { n: null }, { n: 5 }, []],
    ['but where it may stand', object({ n: { ...integer, nullable: true, default: 5 } }), { n: null }, { n: null }, []],
    ['and dropped where there is no default', object({ n: integer }), { n: null }, {}, []],
    [
      'a key __proto__ is a key like any other',
      object({ a: text }),
      JSON.parse('{"__proto__":{"x":1}}'),
      {},
      ['spec.__proto__'],
    ],
  ])('%s', (_name, spec, value, expected, unknown) => {
    const read = { kind: 'Thing', apiVersion: 'example.com/v1', metadata: { name: 'a' }, spec: value };
    expect(compile(spec).read(read)).toEqual(unknown);
    expect(read.spec).toEqual(expected);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  test('what is stored is brought up to a schema, and told from what is right already', () => {
    const schema = compile(object({ n: { ...integer, default: 5 } }));
    const stored = { metadata: {}, spec: { old: 1 } };
    expect(schema.refresh(stored)).toBe(true);
    expect(stored.spec).toEqual({ n: 5 });
    expect(schema.refresh(stored)).toBe(false);
  });
});

test('what is dropped is told from the outside in: metadata, own fields, metadata of embedded objects', () => {
  const schema = compile(object({ e: { type: 'object', 'x-kubernetes-embedded-resource': true, ...OPEN }, z: text }));
  const sent = { a: 1, metadata: { y: 1, x: 1 }, spec: { q: 1, e: { kind: 'Pod', metadata: { x: 1 } }, z: 'z', b: 1 } };
  expect(schema.read(sent)).toEqual(['metadata.x', 'metadata.y', 'a', 'spec.b', 'spec.q', 'spec.e.metadata.x']);
});

describe('validation', () => {
  test.each<[string, JsonSchema, unknown, string[]]>([
    ['type', integer, 'x', ['spec: Invalid value: "string": spec in body must be of type integer: "string"']],
    ['null', text, null, ['spec: Invalid value: "null": spec in body must be of type string: "null"']],
    ['a whole number is an integer', integer, 2, []],
    [
      'a fraction is none',
      integer,
      1.5,
      [
        'spec: Invalid value: "number": spec in body must be of type integer: "number"',
        '<nil>: Invalid value: "": Checked value must be of type integer (default format) in spec',
      ],
    ],
    [
      'number or text',
      { 'x-kubernetes-int-or-string': true },
      true,
      ['spec: Invalid value: "boolean": spec in body must be of type integer,string: "boolean"'],
    ],
    ['enum', { ...text, enum: ['a', 'b'] }, 'c', ['spec: Unsupported value: "c": supported values: "a", "b"']],
    ['pattern', { ...text, pattern: '^a+$' }, 'b', [`spec: Invalid value: "b": spec in body should match '^a+$'`]],
    [
      'maximum',
      { ...integer, maximum: 3 },
      4,
      ['spec: Invalid value: 4: spec in body should be less than or equal to 3'],
    ],
    [
      'exclusive minimum',
      { ...integer, minimum: 3, exclusiveMinimum: true },
      3,
      ['spec: Invalid value: 3: spec in body should be greater than 3'],
    ],
    [
      'multipleOf',
      { ...integer, multipleOf: 2 },
      3,
      ['spec: Invalid value: 3: spec in body should be a multiple of 2'],
    ],
    [
      'minLength',
      { ...text, minLength: 2 },
      'ä',
      ['spec: Invalid value: "ä": spec in body should be at least 2 chars long'],
    ],
    ['maxLength', { ...text, maxLength: 1 }, 'ab', ['spec: Too long: may not be more than 1 byte']],
    [
      'minItems',
      { type: 'array', minItems: 1, items: text },
      [],
      ['spec: Invalid value: 0: spec in body should have at least 1 items'],
    ],
    [
      'maxItems',
      { type: 'array', maxItems: 1, items: text },
      ['a', 'b'],
      ['spec: Too many: 2: must have at most 1 item'],
    ],
    ['required', object({ a: text }, { required: ['a'] }), {}, ['spec.a: Required value']],
    [
      'items have indexes',
      { type: 'array', items: integer },
      [1, 'x'],
      ['spec[1]: Invalid value: "string": spec[1] in body must be of type integer: "string"'],
    ],
    [
      'format',
      { ...text, format: 'ipv4' },
      '1.2.3',
      ['spec: Invalid value: "1.2.3": spec in body must be of type ipv4: "1.2.3"'],
    ],
    ['numbers of an address may begin with zeros', { ...text, format: 'ipv4' }, '01.2.3.4', []],
    ['a bound that nothing keeps', { ...text, maxLength: -1 }, 'x', ['spec: Too long: value is too long']],
    ['unknown formats say nothing', { ...text, format: 'colour' }, 'x', []],
    [
      'anyOf',
      { ...integer, anyOf: [{ maximum: 1 }, { minimum: 9 }] },
      5,
      [
        '<nil>: Invalid value: "": "spec" must validate at least one schema (anyOf)',
        'spec: Invalid value: 5: spec in body should be less than or equal to 1',
      ],
    ],
    [
      'oneOf',
      { ...integer, oneOf: [{ maximum: 9 }, { minimum: 1 }] },
      5,
      ['<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
    ],
    [
      'not',
      { ...integer, not: { minimum: 1 } },
      5,
      ['<nil>: Invalid value: "": "spec" must not validate the schema (not)'],
    ],
    [
      'sets',
      { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
      ['a', 'b', 'a', 'a'],
      ['spec[2]: Duplicate value: "a"'],
    ],
    [
      'keys',
      {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: object({ k: text }),
      },
      [{ k: 'a' }, { k: 'a' }],
      ['spec[1]: Duplicate value: map[string]interface {}{"k":"a"}'],
    ],
    [
      'embedded objects',
      { type: 'object', 'x-kubernetes-embedded-resource': true, ...OPEN },
      { kind: 'Pod' },
      ['spec.apiVersion: Required value: must not be empty'],
    ],
  ])('%s', (_name, spec, value, expected) => {
    const found = compile(spec).validate({ metadata: {}, spec: value });
    expect(found.map(f => `${f.field}: ${f.message}`)).toEqual(expected);
  });

  test('1.20 names no items, shows structures in the syntax of Go, and knows invalid values only', () => {
    const items = object({ k: text, n: integer }, { required: ['k'] });
    const list: JsonSchema = {
      type: 'array',
      items,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
    };
    const found = compile(list, 20).validate({ spec: [{ n: 'x', k: 'a' }, { k: 'a' }] });
    expect(found).toEqual([
      {
        reason: 'FieldValueInvalid',
        field: 'spec.n',
        message: 'Invalid value: "string": spec.n in body must be of type integer: "string"',
      },
      { reason: 'FieldValueDuplicate', field: 'spec[1]', message: 'Duplicate value: map[string]interface {}{"k":"a"}' },
    ]);
  });

  test.each([
    [20, 1],
    [23, 2],
  ])('a whole number is held against what can be held since 1.23 (1.%d)', (emulated, findings) => {
    expect(compile(integer, emulated).validate({ spec: 1.5 })).toHaveLength(findings);
  });
  test.each([
    [33, 'FieldValueTypeInvalid'],
    [22, 'FieldValueInvalid'],
  ])('a text that is not of its format is of the wrong type since 1.23 (1.%d)', (emulated, reason) => {
    const [found] = compile({ ...text, format: 'ipv4' }, emulated).validate({ spec: '1.2.3' });
    expect(found?.reason).toBe(reason);
  });

  test.each([
    [33, []],
    [29, ['spec.a']],
  ])('what an update leaves as it was is let be since 1.30 (1.%d)', (emulated, expected) => {
    const schema = compile(object({ a: { ...text, maxLength: 1 }, b: integer }), emulated);
    const old = { spec: { a: 'long', b: 1 } };
    expect(schema.validate({ spec: { a: 'long', b: 2 } }, old).map(f => f.field)).toEqual(expected);
    expect(schema.validate({ spec: { a: 'longer', b: 1 } }, old).map(f => f.field)).toEqual(['spec.a']);
  });

  test.each([
    [33, ['b in body must be of type integer: "string"'], ['status.b'], []],
    [27, ['status.b in body must be of type integer: "string"'], ['status.b', 'spec'], ['spec']],
  ])('a change of the status is held to its own schema since 1.28 (1.%d)', (emulated, texts, fields, others) => {
    const root = object({ spec: text, status: object({ b: integer }) }, { required: ['spec'] });
    const schema = new CompiledSchema(root, { emulated });
    const found = schema.validateStatus({ status: { b: 'x' } }, {});
    expect(found.map(f => f.field)).toEqual(fields);
    for (const part of texts) expect(found.some(f => f.message === `Invalid value: "string": ${part}`)).toBe(true);
    expect(schema.validateStatus({ status: { b: 1 } }, {}).map(f => f.field)).toEqual(others);
    expect(schema.validateStatus({}, {}).map(f => f.field)).toEqual(others);
  });

  test('a status of the wrong type is wrong itself; one that stays as it was is let be', () => {
    const schema = new CompiledSchema(object({ status: object({ b: integer }) }), { emulated: 33 });
    const message = 'Invalid value: "array":  in body must be of type object: "array"';
    const found = schema.validateStatus({ status: [] }, { status: {} });
    expect(found).toEqual([{ reason: 'FieldValueTypeInvalid', field: 'status', message }]);
    expect(schema.validateStatus({ status: [] }, { status: [] })).toEqual([]);
  });

  test('the order of a list with keys is no change', () => {
    const items = { type: 'object', properties: { k: text, v: { ...text, maxLength: 1 } } };
    const list = {
      type: 'array',
      maxItems: 1,
      items,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
    };
    const schema = compile(object({ l: list, b: integer }));
    const item = (k: string, v = 'long') => ({ k, v });
    const old = { spec: { l: [item('x'), item('y')], b: 1 } };
    const fields = (...l: object[]) => schema.validate({ spec: { l, b: 2 } }, old).map(f => f.field);
    expect(fields(item('y'), item('x'))).toEqual([]);
    expect(fields(item('y'), item('x'), item('z', '1'))).toEqual(['spec.l']);
    expect(fields(item('y', 'longer'), item('x'))).toEqual(['spec.l[0].v', 'spec.l']);
  });

  test('a pattern that would make others backtrack takes linear time', () => {
    const schema = compile({ ...text, pattern: '^(a+)+$' });
    expect(schema.validate({ spec: `${'a'.repeat(5000)}b` })).toHaveLength(1);
  });
});

test('merging and ownership follow the schema', () => {
  const { structure } = compile(
    object({
      set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
      keyed: {
        type: 'array',
        items: object({ k: { ...text, default: 'd' } }),
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      },
      whole: object({ a: text }, { 'x-kubernetes-map-type': 'atomic' }),
      labels: { type: 'object', additionalProperties: text },
    }),
  );
  const spec = structure.field('spec')!.schema;
  const of = (name: string) => spec.field(name)?.schema;
  expect(of('set')).toMatchObject({ kind: 'list', listType: 'set' });
  expect(of('keyed')).toMatchObject({ listType: 'map', mapKeys: ['k'], keyDefaults: { k: 'd' } });
  expect(of('whole')).toMatchObject({ kind: 'object', atomic: true });
  expect(of('labels')).toMatchObject({ kind: 'map', element: { scalarType: 'string' } });
  expect(structure.field('metadata')?.schema.field('labels')?.schema.kind).toBe('map');
});

describe('what is not declared is owned field by field', () => {
  const open = { type: 'object', ...OPEN };
  const at = (spec: JsonSchema, path: readonly string[], emulated: number) =>
    path.reduce<TypeSchema | undefined>(
      (schema, name) =>
        schema?.kind === 'map'
          ? schema.element
          : (schema?.field(name)?.schema ?? (schema?.preservesUnknown ? deduced : undefined)),
      compile(spec, emulated).structure.field('spec')!.schema,
    );
  test.each<[string, JsonSchema, string[], unknown, unknown]>([
    ['in an object of no fields', open, ['a'], untyped, deduced],
    ['in an object that says nothing', { type: 'object' }, ['a'], untyped, deduced],
    ['in an object that preserves it', object({ b: text }, OPEN), ['a'], deduced, deduced],
    ['in an object in that', object({ b: object({ c: text }) }, OPEN), ['b', 'a'], deduced, deduced],
    ['in a map in that', object({ b: { type: 'object' } }, OPEN), ['b', 'a'], deduced, deduced],
    ['in a map of such', { type: 'object', additionalProperties: open }, ['k', 'a'], untyped, deduced],
    ['but not beside what is declared', object({ b: text }), ['a'], undefined, undefined],
    ['in a value of any type', object({ b: OPEN }), ['b'], untyped, deduced],
    ['and fields are declared without a type too', { properties: { b: text } }, ['b'], string, string],
  ])('%s', (_, spec, path, before, today) => {
    expect(at(spec, path, 20)).toEqual(before && { ...before, field: expect.any(Function) });
    expect(at(spec, path, 33)).toEqual(today && { ...today, field: expect.any(Function) });
  });

  test('and owners are owned as the release declares them', () => {
    const wholes = [20, 33].map(emulated => {
      const metadata = compile({}, emulated).structure.field('metadata')!.schema;
      return metadata.field('ownerReferences')?.schema.element?.atomic === true;
    });
    expect(wholes).toEqual([false, true]);
  });

  test('or the whole object, without a schema', () => {
    expect(new CompiledSchema(undefined, { emulated: 20 }).structure).toBe(deduced);
  });
});
