import { expect, test } from '@jest/globals';
import { parseYaml, repeatedKeys, yamlText } from './yaml';

const object = {
  kind: 'Status',
  items: [{ n: '0', empty: '', y: 'yes', map: {}, list: [] }],
  'f:metadata': { '.': {}, 'f:labels': {} },
  message: "found '=', expected: identifier",
  plain: "it's",
  time: '2021-01-02T03:04:05Z',
  count: 3,
  script: 'a\nb\n',
};

test('YAML is written as the API writes it', () => {
  expect(yamlText(object)).toBe(`count: 3
f:metadata:
  .: {}
  f:labels: {}
items:
- empty: ""
  list: []
  map: {}
  "n": "0"
  "y": "yes"
kind: Status
message: 'found ''='', expected: identifier'
plain: it's
script: |
  a
  b
time: "2021-01-02T03:04:05Z"
`);
});

test('what is written is read as the same', () => {
  expect(parseYaml(Buffer.from(yamlText(object)))).toEqual(object);
});

test.each<[string, unknown]>([
  ['---\na: b\n---\nc: [', { a: 'b' }],
  ['{"a":1}} x', { a: 1 }],
  ['"a" b', 'a'],
  ['  a: b\nc: d', { a: 'b' }],
  ['[0644, 0b11, 1_000, 0x1f, -017]', [420, 3, 1000, 31, -15]],
  ['[y, Y, yes, on, n, N, No, off, yY, "y"]', [true, true, true, true, false, false, false, false, 'yY', 'y']],
  ['', null],
])('%j is read', (text, value) => {
  expect(parseYaml(Buffer.from(text))).toEqual(value);
});

test.each([
  ['{', 'yaml: line 1: did not find expected node content'],
  ['{"a":1,', 'yaml: line 1: did not find expected node content'],
  ['[,a]', 'yaml: did not find expected node content'],
  ['}', 'yaml: did not find expected node content'],
  ['a: [1, 2', "yaml: line 1: did not find expected ',' or ']'"],
  ['data:\n  a: {b: c\n  d: e', "yaml: line 2: did not find expected ',' or '}'"],
  ['{"metadata":{"name":"c1" "x":1}}', "yaml: did not find expected ',' or '}'"],
  ['a:\n  b: c\n c: d', 'yaml: line 2: did not find expected key'],
  ['metadata:\n  name: c1\n- x', 'yaml: line 2: did not find expected key'],
  ['a: b\n- c', 'yaml: line 1: did not find expected key'],
  ['a: "b" c', 'yaml: did not find expected key'],
  ['- a\nb: c', "yaml: line 1: did not find expected '-' indicator"],
  ['a: b: c', 'yaml: mapping values are not allowed in this context'],
  ['metadata:\nname: c1\n  x: y', 'yaml: line 3: mapping values are not allowed in this context'],
  ['a:\n- b\n  c: d', 'yaml: line 3: mapping values are not allowed in this context'],
  ['a: b\nc', "yaml: line 3: could not find expected ':'"],
  ['metadata:\n  name: "c1\n  x: y', 'yaml: line 3: found unexpected end of stream'],
  ["a: 'x", 'yaml: found unexpected end of stream'],
  ['a: "\\x"', 'yaml: did not find expected hexdecimal number'],
  ['data:\n  a: "b\\c"', 'yaml: line 2: found unknown escape character'],
  ['{"a', 'yaml: found unexpected end of stream'],
  ['a: |\n\tb', 'yaml: line 2: found a tab character where an indentation space is expected'],
  ['&a [*a]', "yaml: anchor 'a' value contains itself"],
  ['a: @b', 'yaml: found character that cannot start any token'],
  ['a:\n\tb: c', 'yaml: line 2: found character that cannot start any token'],
  ['metadata:\n name: c1\n\tlabels: x', 'yaml: line 3: found a tab character that violates indentation'],
  ['a: >x\n b', 'yaml: did not find expected comment or line break'],
  ['a: &', 'yaml: did not find expected alphabetic or numeric character'],
  ['%x', 'yaml: found unknown directive name'],
  ['a: *x', "yaml: unknown anchor 'x' referenced"],
  ['a\u0000', 'yaml: control characters are not allowed'],
  ['a: .inf', 'json: unsupported value: +Inf'],
])('%j is no YAML: %s', (text, why) => {
  expect(() => parseYaml(Buffer.from(text))).toThrow(expect.objectContaining({ message: why }));
});

const DEPTH = 'yaml: exceeded max depth of 250';
test.each<[string, (n: number) => string]>([
  ['brackets', n => '['.repeat(n)],
  ['braces', n => '{"a":'.repeat(n)],
  ['items', n => `${'- '.repeat(n)}x`],
  ['keys', n => `${'? '.repeat(n)}x`],
  ['lines', n => Array.from({ length: n }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
])('%s nest within bounds', (_, nested) => {
  expect(() => parseYaml(Buffer.from(nested(200)))).not.toThrow(DEPTH);
  for (const n of [300, 2000]) expect(() => parseYaml(Buffer.from(nested(n)))).toThrow(DEPTH);
});

const TOKENS = 'yaml: exceeded max of 250000 tokens';
test.each<[string, (n: number) => string]>([
  ['items', n => `[${'a,'.repeat(n)}]`],
  ['keys', n => 'a:\n'.repeat(n)],
  ['documents', n => '---\n'.repeat(n)],
  ['tags', n => '!a '.repeat(n)],
])('there are as many %s as there may be tokens', (_, repeated) => {
  expect(() => parseYaml(Buffer.from(repeated(300_000)))).toThrow(TOKENS);
  expect(() => repeatedKeys(Buffer.from(repeated(300_000)))).toThrow(TOKENS);
});

test('long texts are few tokens', () => {
  const script = 'echo, [all]: {of} - it\n'.repeat(20_000);
  expect(parseYaml(Buffer.from(JSON.stringify({ script })))).toEqual({ script });
});

test('brackets in texts do not nest, and deep values are written as JSON', () => {
  const script = 'echo "\\e[1m{"\n'.repeat(1000);
  expect(parseYaml(Buffer.from(yamlText({ data: { script } })))).toEqual({ data: { script } });
  let deep: unknown = 1;
  for (let i = 0; i < 900; i++) deep = { a: deep };
  expect(yamlText(deep)).toBe(`${JSON.stringify(deep)}\n`);
});
