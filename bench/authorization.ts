// What one RBAC decision costs with many bindings (1,000 unless given), in this process and without a server.
import type { rbacv1 } from '@navarch/api';
import type { AuthorizationAttributes } from '@navarch/apiserver-runtime';
import { RbacAuthorizer } from '../apps/apiserver/src/authz/rbac/rbac-authorizer';
import {
  clusterRoleBindingSubjects,
  roleBindingSubjects,
  RuleResolver,
} from '../apps/apiserver/src/authz/rbac/rule-resolver';

const BINDINGS = Number(process.argv[2] ?? 1_000);
const ROUNDS = 200_000;
const GROUP = 'rbac.authorization.k8s.io';

const roles = new Map<string, rbacv1.ClusterRole>();
for (let i = 0; i < 100; i++) {
  const rules = Array.from({ length: 10 }, (_, j) => ({
    ...{ verbs: ['get', 'list'], apiGroups: ['apps'], resources: [`things${j}`] },
  }));
  roles.set(`role-${i}`, { metadata: { name: `role-${i}` }, rules });
}
const subjects = (i: number): rbacv1.Subject[] => [{ kind: 'User', apiGroup: GROUP, name: `user-${i}` }];
const roleRef = (i: number) => ({ apiGroup: GROUP, kind: 'ClusterRole', name: `role-${i % 100}` });
const clusterBindings: rbacv1.ClusterRoleBinding[] = [];
const bindings: rbacv1.RoleBinding[] = [];
for (let i = 0; i < BINDINGS; i++) {
  const metadata = { name: `b-${i}` };
  if (i % 2) clusterBindings.push({ metadata, roleRef: roleRef(i), subjects: subjects(i) });
  else bindings.push({ metadata: { ...metadata, namespace: 'ns' }, roleRef: roleRef(i), subjects: subjects(i) });
}

/** indexed is a byIndex over a list, as the informers have it. */
function indexed<T>(list: readonly T[], keys: (object: T) => readonly string[]) {
  const index = new Map<string, T[]>();
  for (const object of list) for (const key of keys(object)) index.set(key, [...(index.get(key) ?? []), object]);
  return { byIndex: (_name: string, key: string) => index.get(key) ?? [] };
}

const authorizer = new RbacAuthorizer(
  new RuleResolver({
    clusterRoles: { get: (_namespace, name) => roles.get(name) },
    roles: { get: () => undefined },
    clusterRoleBindings: indexed(clusterBindings, one => [...clusterRoleBindingSubjects(one)]),
    roleBindings: indexed(bindings, one => [...roleBindingSubjects(one)]),
  }),
);
const ask = (i: number, resource: string): AuthorizationAttributes => ({
  user: { name: `user-${i % BINDINGS}`, groups: ['staff', 'system:authenticated'] },
  ...{ verb: 'get', isResourceRequest: true, group: 'apps', version: 'v1', resource, subresource: '' },
  ...{ namespace: 'ns', name: 'x', path: '' },
});

for (const [name, resource, outcome] of [
  ['allowed by the last rule', 'things9', 'allow'],
  ['allowed by none', 'others', 'no opinion'],
] as const) {
  const asked = Array.from({ length: 1_000 }, (_, i) => ask(i, resource));
  for (const one of asked) {
    if (authorizer.authorize(one).outcome !== outcome) throw new Error(`${name}: the decision is another`);
  }
  const start = process.hrtime.bigint();
  for (let i = 0; i < ROUNDS; i++) authorizer.authorize(asked[i % asked.length]!);
  const nanoseconds = Number(process.hrtime.bigint() - start) / ROUNDS;
  console.log(`${BINDINGS} bindings, ${name}: ${(nanoseconds / 1000).toFixed(2)} µs a decision`);
}
