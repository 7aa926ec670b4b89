import { describe, expect, test } from '@jest/globals';
import { Path } from '@navarch/apimachinery';
import { estimateCost } from '../cost/estimate';
import { KUBERNETES } from '../library';
import { checkExpression } from '../program';
import { schemaExtent } from './schema-extent';
import { schemaType, type Rule, type Schema } from './schema-types';
import { checkValidationRules } from './validation-rules';

type Bound = number | undefined;
const bounded = (name: 'maxLength' | 'maxItems' | 'maxProperties', bound: Bound) =>
  bound === undefined ? {} : { [name]: bound };

const named = (type: string): Schema => {
  if (type === 'int-or-string') return { 'x-kubernetes-int-or-string': true };
  return ['duration', 'date', 'date-time', 'byte'].includes(type) ? { type: 'string', format: type } : { type };
};
const string = (max: Bound): Schema => ({ type: 'string', ...bounded('maxLength', max) });
const listOf = (items: Schema, max: Bound): Schema => ({ type: 'array', items, ...bounded('maxItems', max) });
const mapOf = (values: Schema, max: Bound): Schema => ({
  type: 'object',
  additionalProperties: values,
  ...bounded('maxProperties', max),
});
const object: Schema = { type: 'object', required: ['required'], properties: { required: string(undefined) } };
const deep = (max: Bound) => listOf(mapOf(object, max), max);

const estimate = (schema: Schema, rule: string) => {
  const type = schemaType(schema)!;
  const self = schemaExtent(schema);
  const checked = checkExpression(rule, KUBERNETES.withVariables({ self: type, oldSelf: type }));
  return estimateCost(checked, { self, oldSelf: self }).max;
};

/** The figures are those that a Kubernetes API server comes to. */
describe('an estimate goes by the bounds of the schema, or by the size of a request', () => {
  const ALL = 'self.all(x, true)';
  const lists = (type: string) => (max: Bound) => listOf(named(type), max);
  const maps = (type: string) => (max: Bound) => mapOf(named(type), max);
  const replaced = (max: Bound): Schema => ({
    type: 'object',
    properties: { str: string(max), before: string(2), after: string(4) },
  });
  const separated = (max: Bound): Schema => ({
    type: 'object',
    properties: { str: string(max), separator: string(max) },
  });
  test.each<[string, (max: Bound) => Schema, string, number, number, number]>([
    ['numbers', lists('number'), ALL, 4_718_591, 10, 32],
    ['strings', lists('string'), ALL, 3_145_727, 20, 62],
    ['booleans', lists('boolean'), ALL, 1_887_437, 5, 17],
    ['lists of lists', max => listOf(listOf(named('number'), undefined), max), ALL, 3_145_727, 100, 302],
    ['objects', max => listOf(object, max), ALL, 555_128, 50, 152],
    ['int-or-strings', lists('int-or-string'), ALL, 4_718_591, 10, 32],
    ['durations', lists('duration'), ALL, 2_359_295, 5, 17],
    ['dates', lists('date'), ALL, 725_936, 15, 47],
    ['times', lists('date-time'), ALL, 428_963, 25, 77],
    ['a map of numbers', maps('number'), ALL, 1_348_169, 10, 32],
    ['a map of strings', maps('string'), ALL, 1_179_647, 3, 11],
    ['a map of booleans', maps('boolean'), ALL, 943_718, 100, 302],
    ['a map of int-or-strings', maps('int-or-string'), ALL, 1_348_169, 15, 47],
    ['a map of durations', maps('duration'), ALL, 1_048_577, 5, 17],
    ['a map of dates', maps('date'), ALL, 524_288, 10, 32],
    ['a map of times', maps('date-time'), ALL, 349_526, 25, 77],
    ['a map of objects', max => mapOf(object, max), ALL, 428_963, 20, 62],
    ['a map of maps', max => mapOf(mapOf(named('number'), max), max), ALL, 1_179_647, 10, 32],
    ['a map of lists', max => mapOf(listOf(named('number'), max), max), ALL, 1_179_647, 25, 77],
    ['a search', string, "self.contains('test')", 314_574, 10, 5],
    ['a start', string, "self.startsWith('test')", 2, 15, 2],
    ['an end', string, "self.endsWith('test')", 2, 30, 2],
    ['a sum of texts', string, 'size(self + "hello") > size("hello")', 314_578, 4, 7],
    ['a number by its index', lists('number'), 'self[1] == 0.0', 2, 5000, 2],
    ['a text by its index', lists('string'), 'self[1] == self[1]', 314_577, 8, 314_577],
    ['a pattern', string, 'self.matches("x")', 314_574, 50, 22],
    ['a pattern for an empty text', string, '"".matches("(((((((((())))))))))[0-9]")', 7, 10, 7],
    ['an empty pattern', string, 'self.matches("")', 1, 100, 1],
    ['values of a map in its keys', maps('string'), 'self.all(x, x.contains(self[x]))', 2_752_507, 10, 72],
    ['no items', lists('number'), 'self[3] == 0.0', 2, 0, 2],
    ['no entries', maps('number'), 'self["x"] == 0.0', 2, 0, 2],
    ['no characters', string, 'self == "x"', 2, 0, 1],
    ['no bytes', max => ({ ...string(max), format: 'byte' }), 'self == b"x"', 2, 0, 1],
    ['a larger bound than a request', lists('number'), 'self.all(x, x == 0.0)', 6_291_454, 3 * 1024 * 2048, 25_165_826],
    ['objects in maps in a list', deep, 'self.all(x, x["y"].required == "z")', 7_340_027, 10, 72],
    ['int-or-string by its index', lists('int-or-string'), 'self[0] == 5', 3, 10, 3],
    ['a boolean by its index', lists('boolean'), 'self[0] == false', 2, 25, 2],
    ['an object by its index', max => listOf(object, max), 'self[0] == null', 2, 422, 2],
    ['a number in a list of lists', max => listOf(lists('number')(max), max), 'self[0][0] == -1.0', 3, 51, 3],
    ['maps in a list', max => listOf(maps('number')(max), max), 'self.all(x, x.y == 25.2)', 6_291_452, 12, 74],
    ['an entry of maps in a list', max => listOf(maps('number')(max), max), 'self[0].x > 2.0', 4, 3000, 4],
    ['a part of a duration', lists('duration'), 'self[0].getHours() == 2', 4, 525, 4],
    ['a part of a date', lists('date'), 'self[2].getDayOfMonth() == 13', 4, 42, 4],
    ['a find', string, "self.find('[0-9]+') == ''", 629_147, 10, 11],
    ['a join', max => listOf(string(max), max), "self.join(' ') == 'aa bb'", 329_853_068_905, 10, 43],
    ['a sorted list', max => listOf(string(max), max), 'self.isSorted() == true', 329_854_432_052, 10, 52],
    ['a replacement', replaced, "self.str.replace(self.before, self.after) == 'does not matter'", 629_154, 4, 12],
    ['a split', separated, 'self.str.split(self.separator) == []', 629_160, 10, 22],
    ['lower case', string, "self.lowerAscii() == 'lower!'", 314_575, 10, 6],
    ['a size', maps('integer'), 'oldSelf.size() == self.size()', 5, 10, 5],
    ['times compared', maps('date-time'), 'self["a"] == self["b"]', 8, 7, 8],
    ['durations compared', maps('duration'), 'self["c"] == self["d"]', 8, 42, 8],
    [
      'an enumeration',
      max => ({ ...string(max), enum: ['A', 'B', 'C', 'LongValue'] }),
      "self.contains('A')",
      2,
      1000,
      401,
    ],
  ])('%s', (_name, schema, rule, open, max, closed) => {
    expect([estimate(schema(undefined), rule), estimate(schema(max), rule)]).toEqual([open, closed]);
  });
});

test.each([
  ['in a loop', 'self.all(x, self.all(y, true))', 352],
  ['in two', 'self.all(x, self.all(y, self.all(z, true)))', 3552],
])('a loop %s costs the product', (_name, rule, closed) => {
  expect(estimate(listOf(named('number'), undefined), rule)).toBeGreaterThan(10_000_000);
  expect(estimate(listOf(named('number'), 10), rule)).toBe(closed);
});

describe('checkValidationRules', () => {
  const ROOT = Path.at('spec', 'validation', 'openAPIV3Schema');
  const withRule = (schema: Schema, ...rules: Rule[]): Schema => ({ ...schema, 'x-kubernetes-validations': rules });
  const root = (properties: Record<string, Schema>): Schema => ({ type: 'object', properties });
  const check = (schema: Schema, anyCost = false) =>
    checkValidationRules(schema, ROOT, { anyCost, written: { release: 33 } }).map(
      ({ field, message }) => `${field}: ${message}`,
    );
  const at = (where: string, name = 'rule') => `${String(ROOT)}${where}.x-kubernetes-validations[0].${name}`;
  const ADVICE =
    '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';
  const contains = { rule: "self.contains('keyword')" };

  test.each<[string, Schema, string[]]>([
    ['a cheap rule', root({ a: withRule(string(10), contains) }), []],
    [
      'a rule that stands in a list without a bound',
      root({ a: listOf(withRule(string(500_000), contains), undefined) }),
      [
        `${at('.properties[a].items')}: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${ADVICE}`,
        `${at('.properties[a].items')}: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
        `${String(ROOT)}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${ADVICE}`,
      ],
    ],
    [
      'a rule that is a little too expensive',
      root({ a: withRule(listOf(named('number'), 3_500_000), { rule: 'self.all(x, true)' }) }),
      [`${at('.properties[a]')}: Forbidden: estimated rule cost exceeds budget by factor of 1.050000x ${ADVICE}`],
    ],
    [
      'a rule in a map with a bound',
      root({ a: mapOf(withRule(string(2500), contains), 30_000) }),
      [
        `${at('.properties[a].additionalProperties')}: Forbidden: estimated rule cost exceeds budget by factor of 3.0x ${ADVICE}`,
      ],
    ],
    [
      'a message',
      root({
        a: withRule(listOf(string(100_000), 1000), {
          rule: 'self.size() > 1',
          messageExpression: "self.join(',')",
        }),
      }),
      [
        `${at('.properties[a]', 'messageExpression')}: Forbidden: estimated messageExpression cost exceeds budget by factor of 4.0x ${ADVICE}`,
      ],
    ],
    [
      'rules that come to too much together',
      root(
        Object.fromEntries(
          ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'].map((name, i) => [
            name,
            withRule(listOf(named('number'), 3_200_000 + i), { rule: 'self.all(x, true)' }),
          ]),
        ),
      ),
      [
        ...['k', 'j', 'i', 'h'].map(
          name =>
            `${at(`.properties[${name}]`)}: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
        ),
        `${String(ROOT)}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of 1.056002x ${ADVICE}`,
      ],
    ],
  ])('%s', (_name, schema, wanted) => expect(check(schema)).toEqual(wanted));

  test('of a schema that was accepted before, single rules may cost what they cost', () => {
    const schema = root({ a: listOf(withRule(string(50_000), contains, { rule: 'self.x' }), 2000) });
    const rules = `${String(ROOT)}.properties[a].items.x-kubernetes-validations`;
    const invalid = expect.stringContaining(`${rules}[1].rule: Invalid value`) as unknown as string;
    const expensive = expect.stringContaining(`${rules}[0].rule: Forbidden: estimated rule cost`) as unknown as string;
    expect(check(schema, true)).toEqual([invalid]);
    expect(check(schema)).toEqual([expensive, invalid]);
  });
});
