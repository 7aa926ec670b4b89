import { deepEqual, getOwn, isRecord } from '../json';

/** Same tells whether two list items are the same one: equal scalars, or objects with the same merge key. */
type Same = (a: unknown, b: unknown) => boolean;

/** sameBy compares items by their merge key, scalars (no key) by value. */
export function sameBy(mergeKey: string | undefined): Same {
  if (!mergeKey) return (a, b) => a === b;
  return (a, b) => isRecord(a) && isRecord(b) && deepEqual(getOwn(a, mergeKey), getOwn(b, mergeKey));
}

/**
 * orderItems puts the items of a merged list into their documented order: those that `wanted` names stand in its order, the
 * others keep the live list's order, and each stands before the first wanted one that it preceded in the live list.
 */
export function orderItems(
  merged: readonly unknown[],
  wanted: readonly unknown[],
  live: readonly unknown[],
  mergeKey: string | undefined,
): unknown[] {
  const same = sameBy(mergeKey);
  const positionIn = (list: readonly unknown[], item: unknown) => list.findIndex(other => same(other, item));
  const byPosition = (items: readonly unknown[], list: readonly unknown[]) =>
    items
      .map((item, i) => ({ item, at: positionIn(list, item), i }))
      .sort((a, b) => a.at - b.at || a.i - b.i)
      .map(entry => entry.item);
  const named = byPosition(
    merged.filter(item => positionIn(wanted, item) >= 0),
    wanted,
  );
  const others = byPosition(
    merged.filter(item => positionIn(wanted, item) < 0),
    live,
  );

  const ordered: unknown[] = [];
  let next = 0;
  for (const item of named) {
    const at = positionIn(live, item);
    while (at >= 0 && next < others.length) {
      const other = positionIn(live, others[next]);
      if (other < 0 || other >= at) break;
      ordered.push(others[next++]);
    }
    ordered.push(item);
  }
  return [...ordered, ...others.slice(next)];
}

/** followsOrder tells whether the items stand in `order`, in this sequence (others may stand between them). */
export function followsOrder(
  items: readonly unknown[],
  order: readonly unknown[],
  mergeKey: string | undefined,
): boolean {
  const same = sameBy(mergeKey);
  let at = 0;
  for (const item of items) {
    while (at < order.length && !same(order[at], item)) at++;
    if (at++ >= order.length) return false;
  }
  return true;
}
