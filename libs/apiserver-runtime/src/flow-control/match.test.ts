import { describe, expect, test } from '@jest/globals';
import type { flowcontrolv1 } from '@navarch/api';
import { requestInfo } from '../request-info';
import { byPrecedence, distinguisherOf, matcherOf } from './match';

const info = (method: string, path: string) =>
  requestInfo(method, path.split('?')[0]!, new URLSearchParams(path.split('?')[1]));
const pods = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'], namespaces: ['a'] };
const alice = { kind: 'User', user: { name: 'alice' } };
const schema = (rule: Partial<flowcontrolv1.PolicyRulesWithSubjects>): flowcontrolv1.FlowSchema => ({
  spec: { priorityLevelConfiguration: { name: 'l' }, rules: [{ subjects: [alice], ...rule }] },
});

describe('matcherOf: resources', () => {
  test.each<[string, Partial<flowcontrolv1.ResourcePolicyRule>, string, string, boolean]>([
    ['what the rule names', {}, 'GET', '/api/v1/namespaces/a/pods/p', true],
    ['another verb', {}, 'DELETE', '/api/v1/namespaces/a/pods/p', false],
    ['any verb', { verbs: ['*'] }, 'DELETE', '/api/v1/namespaces/a/pods/p', true],
    ['another namespace', {}, 'GET', '/api/v1/namespaces/b/pods/p', false],
    ['any namespace', { namespaces: ['*'] }, 'GET', '/api/v1/namespaces/b/pods/p', true],
    ['all namespaces are the cluster', { namespaces: ['*'] }, 'GET', '/api/v1/pods', false],
    ['the cluster', { namespaces: [], clusterScope: true }, 'GET', '/api/v1/pods', true],
    ['the cluster is no namespace', { namespaces: [], clusterScope: true }, 'GET', '/api/v1/namespaces/a/pods', false],
    ['another group', {}, 'GET', '/apis/x/v1/namespaces/a/pods/p', false],
    ['a subresource is something else', {}, 'GET', '/api/v1/namespaces/a/pods/p/status', false],
    ['a subresource by name', { resources: ['pods/status'] }, 'GET', '/api/v1/namespaces/a/pods/p/status', true],
    [
      'everything',
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      'PUT',
      '/apis/x/v1/namespaces/a/y/z/scale',
      true,
    ],
    ['a path is no resource', { namespaces: ['*'], clusterScope: true }, 'GET', '/healthz', false],
  ])('%s', (_name, change, method, path, want) => {
    const matches = matcherOf(schema({ resourceRules: [{ ...pods, ...change }] }));
    expect(matches(info(method, path), { name: 'alice', groups: [] })).toBe(want);
  });
});

describe('matcherOf: paths', () => {
  test.each([
    [['/healthz'], '/healthz', true],
    [['/healthz'], '/healthz/etcd', false],
    [['/healthz/*'], '/healthz/etcd', true],
    [['/healthz*'], '/healthz/etcd', false],
    [['*'], '/apis', true],
    [['*'], '/api/v1/pods', false],
  ])('%j %s: %p', (nonResourceURLs, path, want) => {
    const matches = matcherOf(schema({ nonResourceRules: [{ verbs: ['get'], nonResourceURLs }] }));
    expect(matches(info('GET', path), { name: 'alice', groups: [] })).toBe(want);
    expect(matches(info('POST', path), { name: 'alice', groups: [] })).toBe(false);
  });
});

describe('matcherOf: subjects', () => {
  const account = (name: string) => ({ kind: 'ServiceAccount', serviceAccount: { namespace: 'n', name } });
  test.each<[flowcontrolv1.Subject, string, boolean]>([
    [alice, 'alice', true],
    [alice, 'bob', false],
    [{ kind: 'User', user: { name: '*' } }, 'bob', true],
    [{ kind: 'Group', group: { name: 'staff' } }, 'bob', true],
    [{ kind: 'Group', group: { name: 'other' } }, 'bob', false],
    [{ kind: 'Group', group: { name: '*' } }, 'bob', true],
    [account('s'), 'system:serviceaccount:n:s', true],
    [account('s'), 'system:serviceaccount:n:t', false],
    [account('*'), 'system:serviceaccount:n:t', true],
    [account('*'), 'system:serviceaccount:m:t', false],
  ])('%j has %s: %p', (subject, name, want) => {
    const matches = matcherOf(schema({ subjects: [subject], resourceRules: [pods] }));
    expect(matches(info('GET', '/api/v1/namespaces/a/pods'), { name, groups: ['staff'] })).toBe(want);
  });
});

test('schemas are tried by precedence, then by name', () => {
  const named = (name: string, matchingPrecedence: number): flowcontrolv1.FlowSchema => ({
    metadata: { name },
    spec: { priorityLevelConfiguration: { name: 'l' }, matchingPrecedence },
  });
  const all = [named('b', 5), named('c', 1), named('a', 5), named('z', 10)];
  expect(all.sort(byPrecedence).map(one => one.metadata!.name)).toEqual(['c', 'a', 'b', 'z']);
});

test.each([
  [undefined, ''],
  [{ type: 'ByUser' }, 'u'],
  [{ type: 'ByNamespace' }, 'a'],
])('distinguisherOf %j: %s', (method, want) => {
  expect(distinguisherOf(method, info('GET', '/api/v1/namespaces/a/pods'), { name: 'u', groups: [] })).toBe(want);
});
