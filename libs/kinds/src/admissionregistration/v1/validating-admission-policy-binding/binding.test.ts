import { expect, test } from '@jest/globals';
import { ask } from '../../../testing/findings';
import { validatingAdmissionPolicyBinding } from './kind';

const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
const BOTH =
  'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';

test.each<[string, object, string[]]>([
  ['a policy and an action', {}, []],
  ['no policy', { policyName: '' }, ['spec.policyName: Required value']],
  [
    'a policy that has no such name',
    { policyName: 'A' },
    [expect.stringContaining('spec.policyName: Invalid value: "A": a lowercase RFC 1123 subdomain') as never],
  ],
  [
    'no action',
    { validationActions: [] },
    ['spec.validationActions: Required value: at least one validation action is required'],
  ],
  [
    'actions that are none, repeated, or against one another',
    { validationActions: ['Deny', 'Warn', 'Warn', 'Shout'] },
    [
      'spec.validationActions[2]: Duplicate value: "Warn"',
      'spec.validationActions[3]: Unsupported value: "Shout": supported values: "Audit", "Deny", "Warn"',
      `spec.validationActions: Invalid value: []admissionregistration.ValidationAction{"Deny", "Warn", "Warn", "Shout"}: ${BOTH}`,
    ],
  ],
  [
    'parameters by name and by labels',
    { paramRef: { name: 'a', selector: {}, parameterNotFoundAction: 'Ask' } },
    [
      'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.parameterNotFoundAction: Unsupported value: "Ask": supported values: "Deny", "Allow"',
    ],
  ],
])('a binding with %s', (_name, change, findings) => {
  const spec = { policyName: 'p', validationActions: ['Deny'], ...change };
  expect(ask(path, 33).created({ spec })).toEqual(findings);
});

test.each<[string, object | undefined, string]>([
  ['none', undefined, '<unset>'],
  ['a name', { name: 'a' }, '*/a'],
  ['a name in a namespace', { name: 'a', namespace: 'n' }, 'n/a'],
  [
    'labels',
    { selector: { matchLabels: { b: 'c' }, matchExpressions: [{ key: 'k', operator: 'In', values: ['x', 'y'] }] } },
    '&LabelSelector{MatchLabels:map[string]string{b: c,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}',
  ],
])('the table shows parameters by %s', (_name, paramRef, shown) => {
  const columns = validatingAdmissionPolicyBinding.columns!;
  const binding = { metadata: { name: 'b' }, spec: { policyName: 'p', ...(paramRef && { paramRef }) } };
  expect(columns.cells(binding as never, { now: 0, emulated: 33 })[2]).toBe(shown);
});
