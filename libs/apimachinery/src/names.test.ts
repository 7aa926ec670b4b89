import { expect, test } from '@jest/globals';
import * as names from './names';

const QUALIFIED =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

test.each([
  ['label', names.isDNS1123Label, 'my-name', []],
  ['label', names.isDNS1123Label, 'Bad', [LABEL]],
  ['label', names.isDNS1123Label, 'x'.repeat(64), ['must be no more than 63 characters']],
  ['label', names.isDNS1123Label, 'a\nb', [LABEL]],
  ['subdomain', names.isDNS1123Subdomain, 'a.b-c', []],
  ['subdomain with underscores', names.isUnderscoredSubdomain, '_a.b_c.d', []],
  ['subdomain', names.isDNS1123Subdomain, 'x'.repeat(254), ['must be no more than 253 characters']],
  ['label 1035', names.isDNS1035Label, 'a1', []],
  ['qualified', names.isQualifiedName, 'example.com/My_Name', []],
  ['qualified', names.isQualifiedName, '/x', ['prefix part must be non-empty']],
  ['qualified', names.isQualifiedName, 'b c', [`name part ${QUALIFIED}`]],
  ['qualified', names.isQualifiedName, '', ['name part must be non-empty', `name part ${QUALIFIED}`]],
  [
    'qualified',
    names.isQualifiedName,
    'a/b/c',
    [`a qualified name ${QUALIFIED} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`],
  ],
  ['value', names.isValidLabelValue, '', []],
  ['port name', names.isValidPortName, 'http-1', []],
  ['port name', names.isValidPortName, '80', ['must contain at least one letter or number (a-z, 0-9)']],
  ['port name', names.isValidPortName, '-a', ['must not begin or end with a hyphen']],
  ['port name', names.isValidPortName, 'a--b', ['must not contain consecutive hyphens']],
  ['config key', names.isConfigMapKey, '..', ["must not be '..'"]],
  ['config key', names.isConfigMapKey, '..data', ["must not start with '..'"]],
  ['env', names.isEnvVarName, 'A.b-c_1', []],
  ['path segment', names.isPathSegmentName, '..', ["may not be '..'"]],
  ['path segment', names.isPathSegmentName, 'a/b%c', ["may not contain '/'", "may not contain '%'"]],
  ['header', names.isHTTPHeaderName, 'X-Forwarded-For', []],
  ['percent', names.isPercent, '25%', []],
  ['ip', names.isValidIP, '2001:db8::1', []],
  ['ip', names.isValidIP, '10.0.0.01', ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
  ['cidr', names.isCIDR, '10.0.0.0/33', ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
  ['cidr', names.isCIDR, 'fd00::/64', []],
] as const)('%s: %p', (_, check, text, problems) => {
  const checked: string[] = (check as (text: string) => string[])(text);
  if (!checked.length || problems.length) expect(checked).toEqual(problems);
  else throw new Error(checked.join());
});
test('numbers of ports', () => {
  expect([names.isValidPortNum(1), names.isValidPortNum(65535), names.isValidPortNum(0)]).toEqual([
    [],
    [],
    ['must be between 1 and 65535, inclusive'],
  ]);
});
