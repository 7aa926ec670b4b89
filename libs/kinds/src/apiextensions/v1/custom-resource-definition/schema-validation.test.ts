import { expect, test } from '@jest/globals';
import { Path } from '@navarch/apimachinery';
import type { JsonSchema } from '@navarch/schema';
import { validateSchema } from './schema-validation';

const LIMITS = {
  emulated: 33,
  types: true,
  structural: true,
  prunedDefaults: true,
  atomicSets: true,
  mapKeys: true,
};
const text = { type: 'string' };
const object = (more: JsonSchema): JsonSchema => ({ type: 'object', ...more });
const field = (schema: JsonSchema) => object({ properties: { f: schema } });
const EMBEDDED = { 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true };
const list = (more: JsonSchema) => field({ type: 'array', items: object({ properties: { k: text } }), ...more });

test.each<[string, JsonSchema, string[]]>([
  ['an object', object({}), []],
  ['no type', {}, ['s.type: Required value: must not be empty at the root']],
  ['not an object', text, ['s.type: Invalid value: "string": must be object at the root']],
  [
    'a field without a type',
    field({}),
    ['s.properties[f].type: Required value: must not be empty for specified object fields'],
  ],
  ['a list without items', field({ type: 'array' }), ['s.properties[f].items: Required value: must be specified']],
  [
    'a list of schemas for items, by which nothing else can be told',
    object({ properties: { f: { type: 'array', items: [text] as never }, untyped: {} } }),
    ['s.properties[f].items: Forbidden: items must be a schema object and not an array'],
  ],
  [
    'an empty one is as none',
    field({ type: 'array', items: [] as never }),
    ['s.properties[f].items: Required value: must be specified'],
  ],
  [
    'what is kept may not be denied',
    field({ type: 'object', ...EMBEDDED, 'x-kubernetes-preserve-unknown-fields': false }),
    ['s.properties[f].x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined'],
  ],
  [
    'a type that is none',
    field({ type: 'text' }),
    [
      's.properties[f].type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"',
    ],
  ],
  [
    'a type in a combination',
    field({ ...text, anyOf: [{ type: 'string' }] }),
    ['s.properties[f].anyOf[0].type: Forbidden: must be empty to be structural'],
  ],
  [
    'a combination that declares',
    object({ anyOf: [{ properties: { a: {} } }] }),
    ['s.properties[a]: Required value: because it is defined in s.anyOf[0].properties[a]'],
  ],
  [
    'a number or text',
    field({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] }),
    [],
  ],
  ['a reference', field({ $ref: '#/x', ...text }), ['s.properties[f].$ref: Forbidden: $ref is not supported']],
  [
    'unique items',
    list({ uniqueItems: true }),
    [
      's.properties[f].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    ],
  ],
  [
    'fields and a map',
    field(object({ properties: { a: text }, additionalProperties: text })),
    ['s.properties[f].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive'],
  ],
  [
    'a map at the root',
    object({ additionalProperties: text }),
    ['s.additionalProperties: Forbidden: must not be used at the root'],
  ],
  [
    'keys of no list of type map',
    list({ 'x-kubernetes-list-map-keys': ['k'] }),
    ['s.properties[f].x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty'],
  ],
  [
    'a key that may be missing',
    list({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] }),
    [
      's.properties[f].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
    ],
  ],
  [
    'a pattern that is none',
    field({ ...text, pattern: '(' }),
    [expect.stringContaining("must be a valid regular expression, but isn't: error parsing regexp") as never],
  ],
  [
    'a default of another type',
    field({ ...text, default: 5 }),
    ['s.properties[f].default: Invalid value: "integer":  in body must be of type string: "integer"'],
  ],
  [
    'a default with unknown fields',
    field(object({ default: { x: 1 } })),
    ['s.properties[f].default: Invalid value: map[string]interface {}{"x":1}: must not have unknown fields'],
  ],
  [
    'a default that is not pruned, in a list',
    list({ default: [{ k: 'a', x: 1 }] }),
    [
      's.properties[f].default: Invalid value: []interface {}{map[string]interface {}{"k":"a", "x":1}}: must not have unknown fields',
    ],
  ],
  [
    'a default that a rule does not let be',
    field({ ...text, default: 'x', 'x-kubernetes-validations': [{ rule: 'self != "x"' }] }),
    ['s.properties[f].default: Invalid value: "string": failed rule: self != "x"'],
  ],
  [
    'a default that a rule lets be only where it was before',
    field({
      ...text,
      default: 'x',
      'x-kubernetes-validations': [{ rule: 'oldSelf.hasValue()', optionalOldSelf: true }],
    }),
    ['s.properties[f].default: Invalid value: "string": failed rule: oldSelf.hasValue()'],
  ],
  [
    'a default that is no object',
    field(object({ ...EMBEDDED, default: { kind: 'X', metadata: { name: 'a' } } })),
    ['s.properties[f].default.apiVersion: Required value: must not be empty'],
  ],
  [
    'a default of metadata that is none',
    field(
      object({ ...EMBEDDED, properties: { metadata: object({ properties: { name: { ...text, default: 'a/b' } } }) } }),
    ),
    [
      's.properties[f].properties[metadata].properties[name].default: Invalid value: "a/b": must result in valid metadata: ' +
        `metadata.name: Invalid value: "a/b": may not contain '/'`,
    ],
  ],
  [
    'a rule in a combination',
    field({ ...text, allOf: [{ 'x-kubernetes-validations': [{ rule: 'true' }] }] }),
    ['s.properties[f].allOf[0].x-kubernetes-validations: Forbidden: must be empty to be structural'],
  ],
  [
    'a rule that does not compile',
    object({ 'x-kubernetes-validations': [{ rule: 'self.none' }] }),
    [expect.stringContaining('compilation failed') as never],
  ],
  [
    'metadata that says more than a name',
    object({ properties: { metadata: object({ properties: { labels: object({}) } }) } }),
    [
      's.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
    ],
  ],
])('%s', (_name, schema, expected) => {
  expect(validateSchema(schema, Path.at('s'), LIMITS).map(e => `${e.field}: ${e.message}`)).toEqual(expected);
});

test('rules that cost too much may stay as they are', () => {
  const items = {
    type: 'string',
    maxLength: 50_000,
    'x-kubernetes-validations': [{ rule: "self.contains('keyword')" }],
  };
  const expensive: JsonSchema = object({ properties: { f: { type: 'array', maxItems: 2000, items } } });
  const findings = (before?: JsonSchema) =>
    validateSchema(expensive, Path.at('s'), { ...LIMITS, before }).map(e => e.field);
  const rule = 's.properties[f].items.x-kubernetes-validations[0].rule';
  expect(findings()).toEqual([rule]);
  expect(findings(structuredClone(expensive))).toEqual([]);
  expect(findings(object({ ...expensive, description: 'changed' }))).toEqual([rule]);
});

test('rules are looked at where the rest of their schema is right', () => {
  const wrong = { rule: 'self.none' };
  const schema = object({
    properties: {
      good: object({ 'x-kubernetes-validations': [wrong] }),
      bad: object({ uniqueItems: true, 'x-kubernetes-validations': [wrong, { rule: ' ' }] }),
    },
    'x-kubernetes-validations': [wrong],
  });
  expect(validateSchema(schema, Path.at('s'), LIMITS).map(e => e.field)).toEqual([
    's.properties[bad].uniqueItems',
    's.properties[bad].x-kubernetes-validations[1].rule',
    's.properties[good].x-kubernetes-validations[0].rule',
  ]);
});

test('rules may use what the release lets them use, and keep what they use', () => {
  const rule = "isSemver('1.0.0')";
  const schema = object({ 'x-kubernetes-validations': [{ rule }] });
  const findings = (limits: object) => validateSchema(schema, Path.at('s'), { ...LIMITS, ...limits }).length;
  expect([findings({}), findings({ emulated: 34 }), findings({ storedRules: new Set([rule]) })]).toEqual([1, 0, 0]);
});
