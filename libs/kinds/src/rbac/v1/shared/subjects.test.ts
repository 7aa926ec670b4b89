import { expect, test } from '@jest/globals';
import { fromAlphaSubjects } from './subjects';

const RBAC = 'rbac.authorization.k8s.io';

test.each<[kind: string, apiVersion: string | undefined, group: string | undefined]>([
  ['User', undefined, RBAC],
  ['User', 'v1', RBAC],
  ['Group', 'https://x', RBAC],
  ['Group', 'odd/v1', RBAC],
  ['ServiceAccount', undefined, undefined],
  ['ServiceAccount', 'odd/v1', undefined],
  ['Odd', 'odd/v1', 'odd'],
  ['Odd', 'v1', undefined],
  ['Odd', 'https://x', undefined],
])('a %s of %s is of the group %s', (kind, apiVersion, group) => {
  const object = { subjects: [{ kind, name: 'n', ...(apiVersion && { apiVersion }) }] };
  fromAlphaSubjects(object);
  expect(object.subjects).toEqual([{ kind, name: 'n', ...(group && { apiGroup: group }) }]);
});

test('every user is a group', () => {
  const object = { subjects: [{ kind: 'User', name: '*' }] };
  fromAlphaSubjects(object);
  expect(object.subjects).toEqual([{ kind: 'Group', name: 'system:authenticated', apiGroup: RBAC }]);
});
