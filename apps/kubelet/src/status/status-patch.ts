import { isDeepStrictEqual } from 'node:util';
import type { corev1 } from '@navarch/api';
import { OWNED } from './conditions';

/**
 * statusPatch is the strategic merge patch from one status to another; undefined if they are equal. Conditions merge by type, so those of
 * others stay; pod and host addresses merge by ip, so those that are gone are deleted by name.
 */
export function statusPatch(before: corev1.PodStatus, after: corev1.PodStatus): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof corev1.PodStatus>;
  for (const key of keys) {
    if (isDeepStrictEqual(plain(before[key]), plain(after[key]))) continue;
    if (key === 'conditions') patch[key] = changedConditions(before.conditions ?? [], after.conditions ?? []);
    else if (key === 'podIPs' || key === 'hostIPs') patch[key] = addressPatch(before[key] ?? [], after[key] ?? []);
    else patch[key] = after[key] ?? null;
  }
  if (Array.isArray(patch.conditions) && patch.conditions.length === 0) delete patch.conditions;
  return Object.keys(patch).length ? patch : undefined;
}

function changedConditions(before: readonly corev1.PodCondition[], after: readonly corev1.PodCondition[]): object[] {
  return after
    .filter(condition => (OWNED as readonly string[]).includes(condition.type))
    .filter(condition => !isDeepStrictEqual(plain(before.find(c => c.type === condition.type)), plain(condition)))
    .map(condition => {
      const old = before.find(c => c.type === condition.type) ?? {};
      const gone = Object.keys(old).filter(
        key => !(key in condition) && (old as Record<string, unknown>)[key] !== null,
      );
      return { ...condition, ...Object.fromEntries(gone.map(key => [key, null])) };
    });
}

function addressPatch(before: readonly { ip?: string }[], after: readonly { ip?: string }[]): object[] {
  const gone = before.filter(({ ip }) => !after.some(address => address.ip === ip));
  return [...after, ...gone.map(({ ip }) => ({ ip, $patch: 'delete' }))];
}

/** plain drops undefined and null members, which a server does not tell apart from absent ones. */
function plain(value: unknown): unknown {
  return value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value, (_, member: unknown) => member ?? undefined));
}
