import { expect, test } from '@jest/globals';
import { ADMISSION } from './admission';
import { CompileError } from './issues';
import { compileExpression } from './program';
import { environmentFor, type Written } from './written';

const compiles = (text: string, written: Written): string => {
  try {
    compileExpression(text, environmentFor(text, ADMISSION, written));
    return '';
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return error.message;
  }
};

test.each<[string, number, string]>([
  ["authorizer.path('/healthz').check('get').allowed()", 28, "undeclared reference to 'path'"],
  ['1 < 1.5', 29, "found no matching overload for '_<_'"],
  ["quantity('1').isInteger()", 29, "undeclared reference to 'quantity'"],
  ['object.?spec.hasValue()', 29, "unsupported syntax '.?'"],
  ["object[?'spec'].hasValue()", 29, "unsupported syntax '[?'"],
  ['[?optional.of(1)].size() == 1', 29, "unsupported syntax '?'"],
  ['optional.of(1).optMap(x, x + 1).hasValue()', 29, "undeclared reference to 'optMap'"],
  ["'%d'.format([1]) == '1'", 30, "undeclared reference to 'format'"],
  ['sets.contains([1], [1])', 30, "undeclared reference to 'sets'"],
  ["isIP('::1')", 31, "undeclared reference to 'isIP'"],
  ["isCIDR('::1/64')", 31, "undeclared reference to 'isCIDR'"],
  ["format.dns1123Label().validate('a').hasValue()", 32, "undeclared reference to 'dns1123Label'"],
  [
    "authorizer.group('').resource('pods').labelSelector('a=b').check('list').allowed()",
    32,
    "undeclared reference to 'labelSelector'",
  ],
  ['[1].all(i, v, i < v)', 33, "undeclared reference to 'all'"],
  ["{'a': 1}.transformMap(k, v, v + 1).size() == 1", 33, "undeclared reference to 'transformMap'"],
  ["isSemver('1.0.0')", 34, "undeclared reference to 'isSemver'"],
])('%s may be written since v1.%i, and stay', (text, since, problem) => {
  expect(compiles(text, { release: since })).toBe('');
  expect(compiles(text, { release: since - 1 })).toContain(problem);
  expect(compiles(text, { release: since - 1, stored: new Set([text]) })).toBe('');
});

test('what has always been there may be written in every release', () => {
  const text = "'a,b'.split(',').all(x, x.matches('[a-z]') && url('/x').getHost() == '') && [1, 2].isSorted()";
  expect(compiles(text, { release: 25 })).toBe('');
});
