import { describe, expect, test } from '@jest/globals';
import type { AuthorizationAttributes } from '@navarch/apiserver-runtime';
import { AbacAuthorizer, parseAbacPolicies } from './abac';

const line = (spec: object) =>
  JSON.stringify({ apiVersion: 'abac.authorization.kubernetes.io/v1beta1', kind: 'Policy', spec });
const file = [
  '# who may what',
  line({ user: 'alice', namespace: '*', resource: '*', apiGroup: '*' }),
  line({ user: 'bob', namespace: 'test', resource: 'pods', readonly: true }),
  line({ group: 'system:authenticated', readonly: true, nonResourcePath: '/version' }),
  '',
  line({ user: 'carol', group: 'ops', namespace: '*', resource: 'nodes', apiGroup: '*' }),
].join('\n');

const ask = (
  name: string,
  verb: string,
  change: Partial<AuthorizationAttributes> = {},
  groups: string[] = [],
): AuthorizationAttributes => ({
  ...{
    user: { name, groups },
    verb,
    isResourceRequest: true,
    group: '',
    version: 'v1',
    resource: 'pods',
    subresource: '',
    namespace: 'test',
    name: '',
    path: '',
  },
  ...change,
});
const path = (path: string) => ({ isResourceRequest: false, resource: '', namespace: '', path });

describe('AbacAuthorizer', () => {
  const authorizer = new AbacAuthorizer(parseAbacPolicies(file));
  test.each<[string, AuthorizationAttributes, boolean]>([
    [
      'alice may do anything to all resources',
      ask('alice', 'delete', { resource: 'x', group: 'y', namespace: 'z' }),
      true,
    ],
    ['alice has no paths', ask('alice', 'get', path('/metrics')), false],
    ['bob may read pods in test', ask('bob', 'list'), true],
    ['bob may not write', ask('bob', 'create'), false],
    ['bob may not elsewhere', ask('bob', 'get', { namespace: 'other' }), false],
    ['bob may not in other groups', ask('bob', 'get', { group: 'apps' }), false],
    ['everybody known reads the version', ask('x', 'get', path('/version'), ['system:authenticated']), true],
    ['strangers do not', ask('x', 'get', path('/version')), false],
    ['user and group must both match', ask('carol', 'get', { resource: 'nodes', namespace: '' }, ['ops']), true],
    ['the user alone is not enough', ask('carol', 'get', { resource: 'nodes', namespace: '' }), false],
  ])('%s', (_name, attributes, allowed) => {
    expect(authorizer.authorize(attributes).outcome).toBe(allowed ? 'allow' : 'no opinion');
  });
  test('the rules of a user', () => {
    expect(authorizer.rulesFor({ name: 'bob', groups: ['system:authenticated'] }, 'test').rules).toEqual([
      { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods'] },
      { verbs: ['get', 'list', 'watch'], nonResourceURLs: ['/version'] },
    ]);
    expect(authorizer.rulesFor({ name: 'bob', groups: [] }, 'other').rules).toEqual([]);
  });
});

describe('parseAbacPolicies', () => {
  test('the form without a version: what is left out matches everything', () => {
    expect(parseAbacPolicies('{"user":"a"}')).toEqual([
      { user: 'a', group: '', readonly: false, apiGroup: '*', resource: '*', namespace: '*', nonResourcePath: '*' },
    ]);
  });
  test('a policy may be spread over lines', () => {
    const spec = { user: 'bob', namespace: 'test', resource: 'pods', readonly: true };
    const spread = JSON.stringify(
      { apiVersion: 'abac.authorization.kubernetes.io/v1beta1', kind: 'Policy', spec },
      undefined,
      2,
    );
    expect(parseAbacPolicies(`${spread}\n# and\n\n${spread}\n`)).toHaveLength(2);
  });
  test.each([['{}'], ['{"user":"*"}'], ['{"group":"*"}']])('%s is about everybody who is known', form => {
    expect(parseAbacPolicies(form)[0]).toMatchObject({ user: '', group: 'system:authenticated' });
  });
  test.each([['{'], ['[]'], ['{"kind":"X"}'], ['{"apiVersion":"v9","spec":{}}']])(
    '%s is refused with its line',
    bad => {
      expect(() => parseAbacPolicies(`# ok\n${bad}`)).toThrow('line 2');
    },
  );
});
