import type { rbacv1 } from '@navarch/api';
import type { KubeObject } from '@navarch/apimachinery';
import type { Store } from '@navarch/apiserver-runtime';
import { isDeepStrictEqual } from 'node:util';
import type { BootstrapPolicy } from '../authz/rbac/bootstrap-policy';
import { uncoveredRules } from '../authz/rbac/rules';
import { ensure } from './ensure';

const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';

export interface RbacStores {
  readonly clusterRoles: Store<rbacv1.ClusterRole>;
  readonly clusterRoleBindings: Store<rbacv1.ClusterRoleBinding>;
  readonly roles: Store<rbacv1.Role>;
  readonly roleBindings: Store<rbacv1.RoleBinding>;
}

/**
 * ensurePolicy makes the default roles and bindings, and completes those that are there: what is missing is added, nothing is
 * taken away, and an object whose autoupdate annotation is "false" is left alone.
 */
export async function ensurePolicy(stores: RbacStores, policy: BootstrapPolicy): Promise<void> {
  await Promise.all([
    ...policy.clusterRoles.map(role => reconcile(stores.clusterRoles, role, completeRole)),
    ...policy.clusterRoleBindings.map(binding => reconcile(stores.clusterRoleBindings, binding, completeBinding)),
    ...policy.roles.map(role => reconcile(stores.roles, role, completeRole)),
    ...policy.roleBindings.map(binding => reconcile(stores.roleBindings, binding, completeBinding)),
  ]);
}

async function reconcile<T extends KubeObject>(
  store: Store<T>,
  wanted: T,
  complete: (there: T, wanted: T) => T,
): Promise<void> {
  const there = await ensure(store, wanted);
  if (isDeepStrictEqual(completed(there, wanted, complete), there)) return;
  const { namespace = '', name = '' } = wanted.metadata!;
  await store.update(namespace, name, current => completed(current, wanted, complete));
}

function completed<T extends KubeObject>(there: T, wanted: T, complete: (there: T, wanted: T) => T): T {
  if (there.metadata?.annotations?.[AUTOUPDATE] === 'false') return there;
  const { labels, annotations } = there.metadata ?? {};
  const metadata = {
    ...there.metadata,
    labels: { ...wanted.metadata?.labels, ...labels },
    annotations: { ...wanted.metadata?.annotations, ...annotations },
  };
  return complete({ ...there, metadata }, wanted);
}

/** completeRole adds the wanted rules that the role does not cover. An aggregated role gets its rules from others. Pure. */
export function completeRole<R extends rbacv1.Role | rbacv1.ClusterRole>(there: R, wanted: R): R {
  const aggregation = 'aggregationRule' in wanted ? wanted.aggregationRule : undefined;
  const missing = (wanted.rules ?? []).filter(rule => uncoveredRules(there.rules ?? [], [rule]).length);
  return {
    ...there,
    ...(missing.length && { rules: [...(there.rules ?? []), ...missing] }),
    ...(aggregation && { aggregationRule: ('aggregationRule' in there && there.aggregationRule) || aggregation }),
  };
}

/** completeBinding adds the wanted subjects that are missing. Pure. */
export function completeBinding<B extends rbacv1.RoleBinding | rbacv1.ClusterRoleBinding>(there: B, wanted: B): B {
  const subjects = there.subjects ?? [];
  const same = (a: rbacv1.Subject, b: rbacv1.Subject) =>
    a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '');
  const missing = (wanted.subjects ?? []).filter(subject => !subjects.some(known => same(known, subject)));
  return missing.length ? { ...there, subjects: [...subjects, ...missing] } : there;
}
