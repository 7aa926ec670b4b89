import { expect, test } from '@jest/globals';
import { ask } from '../../../testing/findings';

test.each<[string, object, string[]]>([
  ['a selector', { key: 'a', operator: 'In', values: ['b'] }, []],
  [
    'one with values that no label has',
    { key: 'a', operator: 'In', values: ['no good'] },
    ['aggregationRule.clusterRoleSelectors[0]: Invalid value: "null": invalid label selector.'],
  ],
])('v1.20 says of an aggregating role: %s', (_, expression, findings) => {
  const aggregationRule = { clusterRoleSelectors: [{ matchExpressions: [expression] }] };
  expect(ask('/apis/rbac.authorization.k8s.io/v1/clusterroles').created({ aggregationRule })).toEqual(findings);
});
