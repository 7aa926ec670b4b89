import { getOwn, isRecord } from '../json';

/**
 * identityOf is what makes two list items the same one: scalars (no merge key) their value, objects the value of their merge key.
 * Values to compare with ===, or to look up in a Map: lists may be long. An item that is no object is the same as none.
 */
export function identityOf(item: unknown, mergeKey: string | undefined): unknown {
  if (!mergeKey) return item;
  return isRecord(item) ? canonical(getOwn(item, mergeKey)) : Symbol('no object');
}

/** canonical is one text for equal JSON, whatever the order of its keys. */
function canonical(value: unknown): string {
  if (!isRecord(value) && !Array.isArray(value)) return JSON.stringify(value) ?? 'undefined';
  return JSON.stringify(value, (_key, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** positionsIn tells where an item stands in a list (the first of several), -1 if it does not. */
function positionsIn(list: readonly unknown[], mergeKey: string | undefined): (item: unknown) => number {
  const positions = new Map<unknown, number>();
  list.forEach((item, i) => {
    const identity = identityOf(item, mergeKey);
    if (!positions.has(identity)) positions.set(identity, i);
  });
  return item => positions.get(identityOf(item, mergeKey)) ?? -1;
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
  const inLive = positionsIn(live, mergeKey);
  const inWanted = positionsIn(wanted, mergeKey);
  const byPosition = (items: readonly unknown[], positionIn: (item: unknown) => number) =>
    items
      .map((item, i) => ({ item, at: positionIn(item), i }))
      .sort((a, b) => a.at - b.at || a.i - b.i)
      .map(entry => entry.item);
  const named = byPosition(
    merged.filter(item => inWanted(item) >= 0),
    inWanted,
  );
  const others = byPosition(
    merged.filter(item => inWanted(item) < 0),
    inLive,
  );

  const ordered: unknown[] = [];
  let next = 0;
  for (const item of named) {
    const at = inLive(item);
    while (at >= 0 && next < others.length) {
      const other = inLive(others[next]);
      if (other < 0 || other >= at) break;
      ordered.push(others[next++]);
    }
    ordered.push(item);
  }
  return [...ordered, ...others.slice(next)];
}
