import type { rbacv1 } from '@navarch/api';
import { selectorFromLabelSelector } from '@navarch/apimachinery';
import { semanticEqual } from '../../shared/equality';

/** aggregatedRules are the rules of all roles that an aggregated role selects, by name of the role, each rule once. */
export function aggregatedRules(role: rbacv1.ClusterRole, all: readonly rbacv1.ClusterRole[]): rbacv1.PolicyRule[] {
  const selectors = (role.aggregationRule?.clusterRoleSelectors ?? []).map(selectorFromLabelSelector);
  const rules: rbacv1.PolicyRule[] = [];
  const sorted = [...all].sort((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1));
  for (const selector of selectors) {
    for (const part of sorted) {
      if (part.metadata?.name === role.metadata?.name || !selector.matches(part.metadata?.labels)) continue;
      for (const rule of part.rules ?? []) if (!rules.some(known => semanticEqual(known, rule))) rules.push(rule);
    }
  }
  return rules;
}
