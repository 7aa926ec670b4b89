import { expect, test } from '@jest/globals';
import { Path } from '@navarch/apimachinery';
import { parseFieldPath } from './field-path';
import { ruleTextErrors } from './rule-texts';
import type { Rule, Schema } from './schema-types';

const text: Schema = { type: 'string' };
const schema: Schema = {
  type: 'object',
  properties: { min: text, 'a.b': text, labels: { type: 'object', additionalProperties: text } },
};

test.each<[string, Rule, string[]]>([
  ['a rule', { rule: 'true' }, []],
  ['nothing', { rule: ' ', message: ' ' }, ['r.rule: Required value: rule is not specified']],
  [
    'an empty message',
    { rule: 'true', message: ' ' },
    ['r.message: Invalid value: " ": message must be non-empty if specified'],
  ],
  [
    'a message of two lines',
    { rule: 'true', message: 'a\nb' },
    ['r.message: Invalid value: "a\\nb": message must not contain line breaks'],
  ],
  [
    'a rule of two lines',
    { rule: 'true\n|| false' },
    ['r.message: Required value: message must be specified if rule contains line breaks'],
  ],
  ['a rule of two lines that has a message', { rule: 'true\n|| false', message: 'm' }, []],
  [
    'an empty expression for the message',
    { rule: 'true', messageExpression: ' ' },
    ['r.messageExpression: Required value: messageExpression must be non-empty if specified'],
  ],
  [
    'a reason of its own',
    { rule: 'true', reason: 'Because' },
    [
      'r.reason: Unsupported value: "Because": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
    ],
  ],
  [
    'an empty path',
    { rule: 'true', fieldPath: ' ' },
    [
      'r.fieldPath: Invalid value: " ": fieldPath must be non-empty if specified',
      'r.fieldPath: Invalid value: " ": fieldPath must be a valid path',
    ],
  ],
  [
    'a path to nowhere',
    { rule: 'true', fieldPath: '.mid' },
    ['r.fieldPath: Invalid value: ".mid": fieldPath must be a valid path'],
  ],
])('%s', (_name, rule, wanted) => {
  expect(ruleTextErrors(rule, Path.at('r'), schema).map(e => `${e.field}: ${e.message}`)).toEqual(wanted);
});

test.each<[string, string]>([
  ['.min', 'min'],
  [".labels['x']", 'labels[x]'],
  ['.labels.x', 'labels[x]'],
  ["['a.b']", 'a.b'],
  [".labels['it\\'s']", "labels[it's]"],
])('%s leads somewhere', (path, wanted) => {
  expect(parseFieldPath(path, schema)).toMatchObject({ text: wanted });
});

test.each<[string, string]>([
  ['min', 'expected [ or . but got: min'],
  ['.', 'unexpected end of JSON path'],
  ['.labels[', 'unexpected end of JSON path'],
  ['.labels[0]', 'expected single quoted string but got 0'],
  [".labels['x'", 'unexpected end of JSON path'],
  [".labels['x'.", 'expected ] but got .'],
  [".labels['\\x']", 'invalid string literal: invalid escape char \\x'],
  ['.none', 'does not refer to a valid field'],
  ['.min.none', 'does not refer to a valid field'],
])('%s leads nowhere', (path, wanted) => {
  expect(parseFieldPath(path, schema)).toBe(wanted);
});

test('brackets may not be allowed', () => {
  expect(parseFieldPath(".labels['x']", schema, { brackets: false })).toBe('array notation is not allowed');
});
