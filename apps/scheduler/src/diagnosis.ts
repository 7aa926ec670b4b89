import { isRejected, type Status } from '@navarch/scheduler-framework';

/** fitError is the documented text of why a pod fits nowhere: `0/3 nodes are available: 1 Insufficient cpu, 2 …`. Pure. */
export function fitError(
  total: number,
  rejections: ReadonlyMap<string, Status>,
  preFilter?: Status,
  postFilter?: Status,
): string {
  if (!total) return 'no nodes available to schedule pods';
  const head = `0/${total} nodes are available`;
  const after = postFilter?.reasons.length ? ` ${postFilter.reasons.join(', ')}` : '';
  if (preFilter) return `${head}: ${preFilter.reasons.join(', ')}.${after}`;
  const histogram = countReasons(rejections.values());
  return `${head}${histogram ? `: ${histogram}` : ''}.${after}`;
}

/** countReasons renders how many nodes gave each reason, in the order of the texts. */
export function countReasons(rejections: Iterable<Status>): string {
  const counts = new Map<string, number>();
  for (const { reasons } of rejections) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}

/** rejectingPlugins are those whose cure would be worth another try. */
export function rejectingPlugins(rejections: ReadonlyMap<string, Status>, preFilter?: Status): ReadonlySet<string> {
  const statuses = preFilter ? [preFilter] : [...rejections.values()];
  return new Set(statuses.filter(isRejected).flatMap(status => status.plugin ?? []));
}

/** nodesToFind is how many fitting nodes are enough: all in small clusters, a falling share in large ones, never below 100. */
export function nodesToFind(total: number): number {
  if (total < 100) return total;
  const percent = Math.max(5, 50 - Math.floor(total / 125));
  return Math.max(100, Math.floor((total * percent) / 100));
}
