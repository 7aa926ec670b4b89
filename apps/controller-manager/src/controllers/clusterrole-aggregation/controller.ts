import { ClusterRoles, type rbacv1 } from '@navarch/api';
import { isNotFound } from '@navarch/apimachinery';
import { Controller, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { semanticEqual } from '../../shared/equality';
import { aggregatedRules } from './plan';

/** startClusterRoleAggregation keeps the rules of ClusterRoles with an aggregationRule. */
export function startClusterRoleAggregation(context: ControllerContext): Runnable[] {
  const roles = context.informers.informer(ClusterRoles);
  const client = context.client.resource(ClusterRoles);
  const controller = new Controller({
    ...standard(context),
    name: 'ClusterRoleAggregator',
    waitFor: [roles],
    reconcile: async ({ name }) => {
      const role = roles.get('', name);
      if (!role?.aggregationRule) return;
      const rules = aggregatedRules(role, roles.list());
      if (semanticEqual(rules, role.rules)) return;
      await client.update({ ...role, rules }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    },
  });
  // A changed role may be part of any aggregated one; there are few of these.
  const all = () => {
    for (const { metadata, aggregationRule } of roles.list())
      if (aggregationRule) controller.queue.add(metadata?.name ?? '');
  };
  const changed = (old: rbacv1.ClusterRole, role: rbacv1.ClusterRole) =>
    !semanticEqual(
      [old.rules, old.metadata?.labels, old.aggregationRule],
      [role.rules, role.metadata?.labels, role.aggregationRule],
    );
  roles.addHandler({
    added: all,
    updated: (old, role) => {
      if (changed(old, role)) all();
    },
    deleted: all,
  });
  return [{ name: 'ClusterRoleAggregator', run: signal => controller.run(signal) }];
}
