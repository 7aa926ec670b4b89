import { describe, expect, test } from '@jest/globals';
import { Suspended } from '../errors';
import { fromJson } from '../json-values';
import { KUBERNETES } from '../library';
import { activationOf, Budget, compileExpression } from '../program';
import { schemaType, type Schema } from '../schema/schema-types';
import { INT } from '../types';

/** costOf runs a rule about a value, and answers what it took from the budget. */
function costOf(rule: string, schema: Schema, value: object): number {
  const type = schemaType(schema)!;
  let spent = 0;
  const budget = new (class extends Budget {
    override spend(cost: number): boolean {
      spent += cost;
      return super.spend(cost);
    }
  })(1_000_000);
  compileExpression(rule, KUBERNETES.withVariables({ self: type })).evaluate(
    activationOf({ self: fromJson(value, type) }),
    budget,
  );
  return spent;
}

const integer: Schema = { type: 'integer' };
const number: Schema = { type: 'number' };
const string: Schema = { type: 'string' };
const format = (name: string): Schema => ({ type: 'string', format: name });
const anything: Schema = { 'x-kubernetes-int-or-string': true };
const list = (items: Schema, type?: string): Schema => ({
  type: 'array',
  items,
  ...(type && { 'x-kubernetes-list-type': type, ...(type === 'map' && { 'x-kubernetes-list-map-keys': ['k'] }) }),
});
const map = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
const object = (properties: Record<string, Schema>): Schema => ({ type: 'object', properties });
const numbered = <T>(values: readonly T[]) => Object.fromEntries(values.map((value, i) => [`val${i + 1}`, value]));

/** The figures are those of a Kubernetes API server. */
describe.each<[string, Schema[], unknown[], [string, number][]]>([
  [
    'numbers',
    [integer, number],
    [5, 10.5],
    [
      ['self.val1 == self.val1', 5],
      ['type(self.val1) == int', 4],
      ['self.val1 + 1 == 5 + 1', 5],
      ['double(self.val1) < self.val2', 6],
      ['double(5) < 10.0', 1],
      ['double(self.val1) < 10.0', 4],
    ],
  ],
  [
    'texts',
    [string],
    ['Rook takes 👑'],
    [
      ["self.val1.startsWith('Rook')", 4],
      ["!self.val1.startsWith('knight')", 5],
      ["self.val1.matches('^[^0-9]*$')", 8],
      ["!self.val1.matches('^[0-9]*$')", 7],
      ['size(self.val1) == 12', 4],
      ["self.val1.charAt(3) == 'k'", 4],
      ["self.val1.indexOf('o', 2) == 2", 4],
      ["self.val1.replace(' ', 'x') == 'Rookxtakesx👑'", 7],
      ["self.val1.split(' ') == ['Rook', 'takes', '👑']", 6],
      ["self.val1.substring(5) == 'takes 👑'", 5],
      ["self.val1.substring(4, 10).trim() == 'takes'", 6],
      ["self.val1.upperAscii() == 'ROOK TAKES 👑'", 6],
    ],
  ],
  [
    'formats',
    [format('byte'), format('duration'), format('date-time')],
    ['QUI=', '1h2m3s4ms', '2011-08-18T19:03:37.01+01:00'],
    [
      ["self.val1 == b'AB'", 3],
      ['size(self.val1) == 2', 4],
      ["self.val2 == duration('1h2m') + duration('3s4ms')", 4],
      ['self.val2.getHours() == 1', 4],
      ["self.val3.getDate('01:00') == 18", 4],
    ],
  ],
  [
    'conversions',
    [string, format('byte'), format('date-time'), string],
    ['10', 'MTA=', '2011-08-18T19:03:37.01+01:00', '2011-08-18T19:03:37.01+01:00'],
    [
      ['bytes(self.val1) == self.val2', 6],
      ['string(self.val2) == self.val1', 6],
      ['string(self.val3) == self.val4', 8],
    ],
  ],
  [
    'lists',
    [list(integer), list(integer), list(string, 'set'), list(string, 'set')],
    [
      [1, 2, 3],
      [1, 2, 3],
      ['a', 'b', 'c'],
      ['a', 'c', 'b'],
    ],
    [
      ['1 in self.val1', 5],
      ['self.val2[0] in self.val1', 8],
      ['self.val1 + self.val2 == [1, 2, 3, 1, 2, 3]', 6],
      ['self.val1 + [4, 5] == [1, 2, 3, 4, 5]', 4],
      ["self.val3 == ['c', 'b', 'a']", 3],
      ['self.val3 == self.val4', 5],
      ["self.val3 + ['c', 'd'] == ['a', 'b', 'c', 'd']", 4],
    ],
  ],
  [
    'maps and objects',
    [map(string), map(integer), object({ b: integer, c: integer }), string],
    [{ k1: 'a', k2: 'b' }, { b: 1, d: 2 }, { b: 1 }, 'Pending'],
    [
      ["'k1' in self.val1", 3],
      ["self.val1 == {'k1': 'a', 'k2': 'b'}", 3],
      ["!('a' in self.val2)", 4],
      ['!has(self.val2.a)', 3],
      ['has(self.val2.b)', 2],
      ['has(self.val3.b)', 2],
      ['self.val2.all(k, self.val2[k] > 0)', 17],
      ['self.val2.exists_one(k, self.val2[k] == 2)', 14],
      ['!self.val2.exists_one(k, self.val2[k] > 0)', 17],
      ['size(self.val2.filter(k, self.val2[k] > 1)) == 1', 26],
      ["self.val4 in ['Pending', 'Available']", 2],
    ],
  ],
  [
    'lists of objects',
    [list(object({ k: string, v: string, v2: string }), 'map')],
    [
      [
        { k: 'a1', v: 'b1' },
        { k: 'a2', v: 'b2' },
        { k: 'a3', v: 'b3', v2: 'z' },
      ],
    ],
    [
      ['has(self.val1[0].v)', 3],
      ["self.val1.all(m, m.k.startsWith('a'))", 21],
      ["self.val1.all(m, !has(m.v2) || m.v2 == 'z')", 21],
      ["self.val1.exists(m, m.k.endsWith('1'))", 13],
      ["self.val1.exists_one(m, m.k == 'a3')", 15],
      ["!self.val1.all(m, m.k.endsWith('1'))", 18],
      ["!self.val1.exists(m, m.v == 'x')", 25],
      ["size(self.val1.filter(m, m.k == 'a1')) == 1", 27],
      ["self.val1.exists(m, m.k == 'a1' && m.v == 'b1')", 16],
      ["self.val1.map(m, m.v).exists(v, v == 'b1')", 55],
      ["!self.val1.all(m, has(m.v2) && m.v2 != 'z')", 10],
      ["self.val1.map(m, has(m.v2) && m.v2 == 'z', m.v2).size() == 1", 25],
      ["self.val1.filter(m, has(m.v2) && m.v2 == 'z').map(m, m.v2).size() == 1", 39],
      ['self.val1[0] == self.val1[1]', 7],
      ['self.val1 == [self.val1[0], self.val1[1]]', 19],
    ],
  ],
  [
    'loops',
    [list(integer), list(integer, 'set')],
    [
      [1, 1, 2, 2, 3, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ],
    [
      ['2 in self.val1', 10],
      ['self.val1.all(e, e > 0)', 43],
      ['self.val1.exists(e, e > 2)', 36],
      ['self.val1.exists_one(e, e > 4)', 22],
      ['!self.val1.all(e, e < 2)', 21],
      ['!self.val1.exists(e, e < 0)', 52],
      ['size(self.val1.filter(e, e%2 == 0)) == 3', 68],
      ['self.val1.map(e, e * 20).filter(e, e > 50).exists(e, e == 60)', 194],
      ['self.val2.exists(e, e > 3)', 30],
      ['self.val2.map(e, e * 20).filter(e, e > 50).exists_one(e, e == 60)', 133],
    ],
  ],
  [
    'values of several types',
    [anything, anything, integer, integer],
    ['25%', '50%', 5, 10],
    [
      ["type(self.val1) == int ? self.val1 == 1 : self.val1 == '25%'", 7],
      ["type(self.val1) == string && self.val1 == '25%'", 7],
      ['self.val1 != 1', 3],
      ["self.val1 == 1 || self.val1 == '25%'", 6],
      ["self.val1 != ['anything']", 3],
      ["type(self.val2) == string && self.val2.matches(r'(\\d+(\\.\\d+)?%)')", 10],
      [
        "type(self.val2) == int ? self.val3 <= self.val2 : double(self.val3) / double(self.val4) >= double(self.val2.replace('%', '')) / 100.0",
        17,
      ],
    ],
  ],
])('%s', (_name, schemas, values, rules) => {
  test.each(rules)('%s', (rule, cost) => {
    expect(costOf(rule, object(numbered(schemas)), numbered(values))).toBe(cost);
  });
});

test('what is evaluated anew because an answer was missing costs once', async () => {
  const missing = [new Suspended(Promise.resolve())];
  const resolve = (name: string) => {
    const suspended = name === 'b' && missing.pop();
    if (suspended) throw suspended;
    return 1n;
  };
  const budget = new Budget(3);
  const program = compileExpression('a + b', KUBERNETES.withVariables({ a: INT, b: INT }));
  await expect(program.evaluateAsync({ resolve }, budget)).resolves.toBe(2n);
  expect(budget.isExhausted).toBe(false);
  program.evaluate({ resolve }, budget);
  expect(budget.isExhausted).toBe(true);
});
