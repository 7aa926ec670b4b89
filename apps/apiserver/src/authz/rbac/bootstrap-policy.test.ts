import { describe, expect, test } from '@jest/globals';
import { bootstrapPolicy } from './bootstrap-policy';

const role = (minor: number, name: string) =>
  bootstrapPolicy(minor).clusterRoles.find(one => one.metadata?.name === name);

describe('bootstrapPolicy', () => {
  test('every rule is whole: verbs, and resources of groups or paths', () => {
    const { clusterRoles, roles } = bootstrapPolicy(33);
    for (const { metadata, rules } of [...clusterRoles, ...roles]) {
      for (const rule of rules ?? []) {
        const whole =
          rule.verbs.every(Boolean) &&
          (rule.nonResourceURLs?.every(Boolean) ?? (!!rule.apiGroups?.length && !!rule.resources?.every(Boolean)));
        expect([metadata?.name, rule, whole]).toEqual([metadata?.name, rule, true]);
      }
    }
  });

  test('every binding names a role that is there', () => {
    const { clusterRoles, clusterRoleBindings, roles, roleBindings } = bootstrapPolicy(33);
    const names = new Set(clusterRoles.map(one => one.metadata!.name));
    expect(clusterRoleBindings.filter(one => !names.has(one.roleRef.name))).toEqual([]);
    const keys = new Set(roles.map(one => `${one.metadata!.namespace}/${one.metadata!.name}`));
    expect(roleBindings.filter(one => !keys.has(`${one.metadata!.namespace}/${one.roleRef.name}`))).toEqual([]);
  });

  test('the aggregated roles hold what they aggregate: view within edit within admin', () => {
    const rules = (name: string) => role(20, name)!.rules!;
    expect(rules('edit')).toEqual([...rules('system:aggregate-to-edit'), ...rules('view')]);
    expect(rules('admin')).toEqual([...rules('edit'), ...rules('system:aggregate-to-admin')]);
    expect(role(20, 'edit')!.metadata!.labels).toEqual({
      'kubernetes.io/bootstrapping': 'rbac-defaults',
      'rbac.authorization.k8s.io/aggregate-to-admin': 'true',
    });
  });

  test('what a later release brought is not there before', () => {
    expect(role(20, 'system:controller:ephemeral-volume-controller')).toBeUndefined();
    expect(role(21, 'system:controller:ephemeral-volume-controller')?.rules).toHaveLength(4);
    expect(role(27, 'system:basic-user')?.rules).toHaveLength(1);
    expect(role(28, 'system:basic-user')?.rules).toHaveLength(2);
    const bound = bootstrapPolicy(20).clusterRoleBindings.map(one => one.metadata!.name);
    expect(bound).not.toContain('system:controller:ephemeral-volume-controller');
  });

  test.each([
    ['system:dns', [{ kind: 'User', name: 'system:dns', apiGroup: 'rbac.authorization.k8s.io' }]],
    [
      'system:controller:deployment-controller',
      [{ kind: 'ServiceAccount', name: 'deployment-controller', namespace: 'kube-system' }],
    ],
    ['system:node', undefined],
  ])('subjects of %s', (name, subjects) => {
    expect(bootstrapPolicy(33).clusterRoleBindings.find(one => one.metadata!.name === name)?.subjects).toEqual(
      subjects,
    );
  });

  test('the controller manager may act as the controllers, and as nobody else', () => {
    const own = bootstrapPolicy(33).roles.find(
      one => one.metadata!.name === 'system:kube-controller-manager:impersonate-controllers',
    )!;
    expect(own.metadata!.namespace).toBe('kube-system');
    expect(own.rules).toEqual([
      {
        verbs: ['impersonate'],
        apiGroups: [''],
        resources: ['serviceaccounts'],
        resourceNames: expect.arrayContaining(['namespace-controller']),
      },
    ]);
    expect(own.rules![0]!.resourceNames).not.toContain('default');
  });
});
