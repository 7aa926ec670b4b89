import { describe, expect, test } from '@jest/globals';
import type { rbacv1 } from '@navarch/api';
import type { AdmissionAttributes, AuthorizationAttributes } from '@navarch/apiserver-runtime';
import { EscalationCheck } from './escalation-check';
import { RbacAuthorizer } from './rbac-authorizer';
import { RuleResolver, clusterRoleBindingSubjects, roleBindingSubjects } from './rule-resolver';

const group = 'rbac.authorization.k8s.io';
const user = (name: string) => ({ kind: 'User', apiGroup: group, name });

const clusterRoles: rbacv1.ClusterRole[] = [
  { metadata: { name: 'reader' }, rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] },
  {
    metadata: { name: 'binder' },
    rules: [
      { verbs: ['create'], apiGroups: [group], resources: ['roles', 'rolebindings'] },
      { verbs: ['bind'], apiGroups: [group], resources: ['clusterroles'], resourceNames: ['edit'] },
    ],
  },
  { metadata: { name: 'edit' }, rules: [{ verbs: ['*'], apiGroups: [''], resources: ['pods'] }] },
];
const roles: rbacv1.Role[] = [
  {
    metadata: { namespace: 'n', name: 'local' },
    rules: [{ verbs: ['list'], apiGroups: [''], resources: ['secrets'] }],
  },
];
const clusterRoleBindings: rbacv1.ClusterRoleBinding[] = [
  {
    metadata: { name: 'readers' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'reader' },
    subjects: [user('alice'), { kind: 'Group', apiGroup: group, name: 'staff' }],
  },
  {
    metadata: { name: 'dangling' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'gone' },
    subjects: [user('bob')],
  },
];
const roleBindings: rbacv1.RoleBinding[] = [
  {
    metadata: { namespace: 'n', name: 'b' },
    roleRef: { apiGroup: group, kind: 'Role', name: 'local' },
    subjects: [{ kind: 'ServiceAccount', name: 'sa' }, user('alice')],
  },
  {
    metadata: { namespace: 'n', name: 'binders' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'binder' },
    subjects: [user('carol')],
  },
];

const resolver = new RuleResolver({
  clusterRoles: { get: (_namespace, name) => clusterRoles.find(one => one.metadata!.name === name) },
  roles: {
    get: (namespace, name) => roles.find(one => one.metadata!.namespace === namespace && one.metadata!.name === name),
  },
  clusterRoleBindings: {
    byIndex: (_index, value) => clusterRoleBindings.filter(one => clusterRoleBindingSubjects(one).includes(value)),
  },
  roleBindings: { byIndex: (_index, value) => roleBindings.filter(one => roleBindingSubjects(one).includes(value)) },
});
const authorizer = new RbacAuthorizer(resolver);

const ask = (
  who: string,
  verb: string,
  resource: string,
  namespace = '',
  groups: string[] = [],
): AuthorizationAttributes => ({
  ...{
    user: { name: who, groups },
    verb,
    isResourceRequest: true,
    group: '',
    version: 'v1',
    resource,
    subresource: '',
    namespace,
    name: '',
    path: '',
  },
});

describe('RbacAuthorizer', () => {
  test.each<[string, AuthorizationAttributes, string, string | undefined]>([
    [
      'by a cluster binding',
      ask('alice', 'get', 'pods'),
      'allow',
      'RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "reader" to User "alice"',
    ],
    [
      'by a group',
      ask('x', 'get', 'pods', 'n', ['staff']),
      'allow',
      'RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "reader" to Group "staff"',
    ],
    [
      'by a binding of the namespace',
      ask('alice', 'list', 'secrets', 'n'),
      'allow',
      'RBAC: allowed by RoleBinding "b/n" of Role "local" to User "alice"',
    ],
    [
      'as a service account',
      ask('system:serviceaccount:n:sa', 'list', 'secrets', 'n'),
      'allow',
      'RBAC: allowed by RoleBinding "b/n" of Role "local" to ServiceAccount "sa/n"',
    ],
    ['not in another namespace', ask('alice', 'list', 'secrets', 'm'), 'no opinion', undefined],
    ['not in all namespaces', ask('alice', 'list', 'secrets'), 'no opinion', undefined],
    [
      'a binding to a role that is gone',
      ask('bob', 'get', 'pods'),
      'no opinion',
      'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
    ],
  ])('%s', (_name, attributes, outcome, reason) => {
    expect(authorizer.authorize(attributes)).toEqual({ outcome, ...(reason && { reason }) });
  });
});

describe('EscalationCheck', () => {
  const check = new EscalationCheck(resolver, authorizer);
  const write = (kind: string, object: object, who = 'carol', oldObject?: object): AdmissionAttributes => ({
    operation: oldObject ? 'UPDATE' : 'CREATE',
    kind: { group, version: 'v1', kind },
    resource: { group, version: 'v1', resource: `${kind.toLowerCase()}s` },
    requested: { group, version: 'v1' },
    ...{
      subresource: '',
      namespace: 'n',
      name: 'new',
      object,
      oldObject,
      options: {},
      user: { name: who, groups: ['g'] },
      dryRun: false,
      warn: () => undefined,
      annotate: () => undefined,
    },
  });
  const binding = (name: string) => ({
    roleRef: { apiGroup: group, kind: 'ClusterRole', name },
    subjects: [user('x')],
  });

  test('what is not held may not be granted', async () => {
    const rules = [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }];
    await expect(check.admit(write('Role', { rules }))).rejects.toThrow(
      'roles.rbac.authorization.k8s.io "new" is forbidden: user "carol" (groups=["g"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}',
    );
  });

  test('what is held may be granted', async () => {
    await expect(
      check.admit(write('Role', { rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] }, 'alice')),
    ).resolves.toBeUndefined();
  });

  test('unchanged rules are not looked at', async () => {
    const role = { rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] };
    await expect(
      check.admit(write('Role', role, 'carol', JSON.parse(JSON.stringify(role)) as object)),
    ).resolves.toBeUndefined();
  });

  test('a role that may be bound by name may be bound, another not', async () => {
    await expect(check.admit(write('RoleBinding', binding('edit')))).resolves.toBeUndefined();
    await expect(check.admit(write('RoleBinding', binding('reader')))).rejects.toMatchObject({ code: 403 });
    await expect(check.admit(write('RoleBinding', binding('gone')))).rejects.toMatchObject({ code: 404 });
  });

  test('an aggregated role takes every right', async () => {
    const role = { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } };
    await expect(check.admit(write('ClusterRole', role))).rejects.toThrow(
      'must have cluster-admin privileges to use the aggregationRule',
    );
  });

  test('masters are not checked', () => {
    expect(check.handles({ ...write('Role', {}), user: { name: 'root', groups: ['system:masters'] } })).toBe(false);
  });
});
