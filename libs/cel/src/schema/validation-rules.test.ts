import { describe, expect, test } from '@jest/globals';
import { Path, type FieldError } from '@navarch/apimachinery';
import type { Rule, Schema } from './schema-types';
import { compileValidationRules } from './validation-rules';

const ROOT = Path.at('spec', 'validation', 'openAPIV3Schema');
const object = (properties: Record<string, Schema>, ...rules: Rule[]): Schema => ({
  type: 'object',
  properties,
  ...(rules.length && { 'x-kubernetes-validations': rules }),
});
const integer: Schema = { type: 'integer' };
const string: Schema = { type: 'string' };
const spec = object({ min: integer, max: integer }, { rule: 'self.min <= self.max' });

const validate = (schema: Schema, value: unknown, old?: unknown): FieldError[] => {
  const { rules, errors } = compileValidationRules(schema, ROOT);
  expect(errors).toEqual([]);
  return rules.validate(value, old, Path.at());
};
const texts = (errors: readonly FieldError[]) => errors.map(({ field, message }) => `${field}: ${message}`);

test('a schema without rules has none', () => {
  const { rules, errors } = compileValidationRules(object({ spec: object({}) }), ROOT);
  expect([rules.empty, errors, rules.validate({}, undefined, Path.at())]).toEqual([true, [], []]);
});

describe('findings', () => {
  test.each<[string, Rule, string]>([
    [
      'the rule itself',
      { rule: 'self.min <= self.max' },
      'spec: Invalid value: "object": failed rule: self.min <= self.max',
    ],
    ['a message', { rule: 'false', message: 'never' }, 'spec: Invalid value: "object": never'],
    [
      'an expression as message',
      { rule: 'false', message: 'no', messageExpression: '"min " + string(self.min)' },
      'spec: Invalid value: "object": min 5',
    ],
    [
      'a message whose expression fails',
      { rule: 'false', message: 'no', messageExpression: 'string(self.min / 0)' },
      'spec: Invalid value: "object": no',
    ],
    ['a path', { rule: 'false', message: 'no', fieldPath: '.min' }, 'spec.min: Invalid value: "object": no'],
    ['another reason', { rule: 'false', message: 'no', reason: 'FieldValueForbidden' }, 'spec: Forbidden: no'],
    [
      'an evaluation that fails',
      { rule: 'self.min / 0 > 1' },
      'spec: Invalid value: "object": division by zero evaluating rule: self.min / 0 > 1',
    ],
    [
      'a field that is not there',
      { rule: 'self.other == "x"' },
      'spec: Invalid value: "object": no such key: other evaluating rule: self.other == "x"',
    ],
    [
      'a call of wrong types at run time',
      { rule: 'self.port + 1 == 2' },
      `spec: Invalid value: "object": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: self.port + 1 == 2`,
    ],
  ])('%s', (_name, rule, want) => {
    const port: Schema = { 'x-kubernetes-int-or-string': true };
    const schema = object({ spec: object({ min: integer, max: integer, other: string, port }, rule) });
    expect(texts(validate(schema, { spec: { min: 5, max: 4, port: 'http' } }))).toEqual([want]);
  });

  test('each value has its place', () => {
    const positive: Schema = { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 0' }] };
    const schema = object({
      list: { type: 'array', items: positive },
      map: { type: 'object', additionalProperties: positive },
    });
    expect(texts(validate(schema, { list: [1, 0], map: { a: 1, b: -1 } }))).toEqual([
      'list[1]: Invalid value: "integer": failed rule: self > 0',
      'map[b]: Invalid value: "integer": failed rule: self > 0',
    ]);
  });
});

describe('values', () => {
  test.each<[string, Record<string, Schema>, object, string]>([
    [
      'escaped names',
      { 'a-b': integer, namespace: string, 'c.d': string },
      { 'a-b': 1, namespace: 'n', 'c.d': 'x' },
      'self.a__dash__b == 1 && self.__namespace__ == "n" && self.c__dot__d == "x"',
    ],
    [
      'times',
      { at: { type: 'string', format: 'date-time' } },
      { at: '2020-01-01T00:00:00Z' },
      'self.at.getFullYear() == 2020',
    ],
    [
      'durations',
      { every: { type: 'string', format: 'duration' } },
      { every: '90s' },
      'self.every == duration("1m30s")',
    ],
    ['bytes', { data: { type: 'string', format: 'byte' } }, { data: 'aGk=' }, 'self.data == b"hi"'],
    ['other formats', { data: { type: 'string', format: 'binary' } }, { data: 'aGk=' }, 'self.data == "aGk="'],
    ['int or string', { port: { 'x-kubernetes-int-or-string': true } }, { port: '80%' }, 'type(self.port) == string'],
    ['numbers', { n: { type: 'number' } }, { n: 1 }, 'self.n == 1.0 && self.n < 1.5'],
    [
      'sets do not mind the order',
      { s: { type: 'array', items: string, 'x-kubernetes-list-type': 'set' } },
      { s: ['b', 'a'] },
      'self.s == ["a", "b"] && (self.s + ["a", "c"]).size() == 3',
    ],
    [
      'metadata of the object',
      {},
      { metadata: { name: 'web' }, kind: 'X' },
      'self.metadata.name == "web" && self.kind == "X"',
    ],
  ])('%s', (_name, properties, value, rule) => {
    expect(texts(validate(object(properties, { rule }), value))).toEqual([]);
  });
});

describe('transitions', () => {
  const immutable: Schema = {
    type: 'string',
    'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'is immutable' }],
  };
  test('a create has nothing to compare with', () => {
    expect(validate(object({ a: immutable }), { a: 'x' })).toEqual([]);
  });
  test('an update has', () => {
    expect(texts(validate(object({ a: immutable }), { a: 'x' }, { a: 'y' }))).toEqual([
      'a: Invalid value: "string": is immutable',
    ]);
  });
  test('items of a list map are found by their keys', () => {
    const list: Schema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: object({ name: string, value: immutable }),
    };
    const before = {
      list: [
        { name: 'a', value: '1' },
        { name: 'b', value: '2' },
      ],
    };
    const after = {
      list: [
        { name: 'b', value: '3' },
        { name: 'c', value: '4' },
        { name: 'a', value: '1' },
      ],
    };
    expect(texts(validate(object({ list }), after, before))).toEqual([
      'list[0].value: Invalid value: "string": is immutable',
    ]);
  });
  test('an optional old value lets the rule run on creation', () => {
    const schema = object({
      a: {
        type: 'integer',
        'x-kubernetes-validations': [
          { rule: 'self > oldSelf.orValue(0)', optionalOldSelf: true, message: 'must grow' },
        ],
      },
    });
    expect(texts(validate(schema, { a: 0 }))).toEqual(['a: Invalid value: "integer": must grow']);
    expect(texts(validate(schema, { a: 2 }, { a: 1 }))).toEqual([]);
  });
  test('what did not change may be forgiven', () => {
    const { rules } = compileValidationRules(object({ spec }), ROOT);
    const value = { spec: { min: 2, max: 1 } };
    const forgiven: FieldError[] = [];
    const ratchet = (error: FieldError) => void forgiven.push(error);
    expect(rules.validate(value, structuredClone(value), Path.at(), { ratchet })).toEqual([]);
    expect(forgiven).toHaveLength(1);
    expect(rules.validate(value, { spec: { min: 3, max: 1 } }, Path.at(), { ratchet })).toHaveLength(1);
  });
  test('an item that nothing before can be matched with is forgiven with its list', () => {
    const items: Schema = { type: 'string', 'x-kubernetes-validations': [{ rule: 'self != "x"' }] };
    const { rules } = compileValidationRules(object({ list: { type: 'array', items } }), ROOT);
    const errors = (list: string[], old: string[]) =>
      rules.validate({ list }, { list: old }, Path.at(), { ratchet: () => undefined }).map(e => e.field);
    expect(errors(['x', 'y'], ['x', 'y'])).toEqual([]);
    expect(errors(['x', 'z'], ['x', 'y'])).toEqual(['list[0]']);
  });
  test('a rule that fails to run is not forgiven', () => {
    const schema = object({ spec: object({ n: integer }, { rule: '1 / self.n > 0' }) });
    const { rules } = compileValidationRules(schema, ROOT);
    const value = { spec: { n: 0 } };
    expect(rules.validate(value, structuredClone(value), Path.at(), { ratchet: () => undefined })).toHaveLength(1);
  });
  test('what is changed as a whole can be compared all the same', () => {
    const whole: Schema = { ...object({ a: immutable }), 'x-kubernetes-map-type': 'atomic' };
    expect(texts(validate(object({ whole }), { whole: { a: 'x' } }, { whole: { a: 'y' } }))).toEqual([
      'whole.a: Invalid value: "string": is immutable',
    ]);
  });
});

describe('rules that do not compile', () => {
  test.each<[string, Rule, string]>([
    ['no boolean', { rule: 'self.min' }, 'cel expression must evaluate to a bool'],
    ['an unknown field', { rule: 'self.mid > 1' }, "compilation failed: ERROR: <input>:1:5: undefined field 'mid'"],
    [
      'a message that is no text',
      { rule: 'true', messageExpression: '1' },
      'messageExpression must evaluate to a string',
    ],
    [
      'a bad message',
      { rule: 'true', messageExpression: 'x' },
      'messageExpression compilation failed: ERROR: <input>:1:1',
    ],
    [
      'a rule, shown with all its parts',
      { rule: 'x', message: 'm', reason: 'FieldValueInvalid', fieldPath: '.min' },
      'rule: Invalid value: apiextensions.ValidationRule{Rule:"x", Message:"m", MessageExpression:"", ' +
        'Reason:(*apiextensions.FieldValueErrorReason)(0xc000000000), FieldPath:".min", OptionalOldSelf:(*bool)(nil)}: compilation failed',
    ],
    ['a needless optional', { rule: 'true', optionalOldSelf: true }, 'may not be set if oldSelf is not used in rule'],
  ])('%s', (_name, rule, want) => {
    const { rules, errors } = compileValidationRules(object({ spec: object({ min: integer }, rule) }), ROOT);
    expect(texts(errors)).toEqual([expect.stringContaining(want)]);
    expect(rules.empty).toBe(true);
  });
  test('a rule about what may be anything', () => {
    const anything: Schema = {
      'x-kubernetes-preserve-unknown-fields': true,
      'x-kubernetes-validations': [{ rule: 'true' }],
    };
    expect(texts(compileValidationRules(object({ anything }), ROOT).errors)).toEqual([
      'spec.validation.openAPIV3Schema.properties[anything].x-kubernetes-validations: Internal error: internal error: ' +
        'failed to retrieve type information for x-kubernetes-validations',
    ]);
  });
  test('a transition within a list that cannot be matched', () => {
    const items: Schema = { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] };
    const { errors } = compileValidationRules(object({ list: { type: 'array', items } }), ROOT);
    expect(texts(errors)).toEqual([
      'spec.validation.openAPIV3Schema.properties[list].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": ' +
        'oldSelf cannot be used on the uncorrelatable portion of the schema within spec.validation.openAPIV3Schema.properties[list]',
    ]);
  });
});

test('rules that cost too much end the validation', () => {
  const rule = 'self.all(a, self.all(b, self.all(c, a + b + c < 100000)))';
  const schema = object({
    list: { type: 'array', items: integer, 'x-kubernetes-validations': [{ rule }, { rule: 'false' }] },
  });
  const list = Array.from({ length: 200 }, (_, i) => i);
  expect(texts(validate(schema, { list }))).toEqual([
    `list: Invalid value: "array": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${rule}`,
  ]);
});

test('messages that cost too much end the validation too', () => {
  const rule = 'self.list.size() == 0';
  const messageExpression = 'string(self.list.all(a, self.list.all(b, self.list.all(c, a + b + c < 100000))))';
  const schema = object({ list: { type: 'array', items: integer } }, { rule, messageExpression }, { rule: 'false' });
  const list = Array.from({ length: 200 }, (_, i) => i);
  expect(texts(validate(schema, { list }))).toEqual([
    `<nil>: Invalid value: "object": no further validation rules will be run due to call cost exceeds limit for messageExpression: ${JSON.stringify(messageExpression)}`,
  ]);
});
