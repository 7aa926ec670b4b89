import type { corev1 } from '@navarch/api';
import { Quantity } from '@navarch/apimachinery';
import { amountsOf, renderAmounts, type Amounts } from '@navarch/component-helpers';

/** Charge is what a quota's status becomes when a write is let pass, or why it may not. */
export type Charge = { readonly used: Record<string, string> } | { readonly refused: string } | undefined;

/** charge adds the increase to a quota. undefined: the quota is not touched. `delta` may be negative. Pure. */
export function charge(quota: corev1.ResourceQuota, delta: Amounts): Charge {
  const hard = amountsOf(quota.status?.hard);
  const used = amountsOf(quota.status?.used);
  const touched = [...delta].filter(([name, amount]) => hard.has(name) && !amount.isZero());
  if (!touched.length) return undefined;
  const next = new Map(used);
  const exceeded: string[] = [];
  for (const [name, amount] of touched) {
    const before = used.get(name) ?? Quantity.zero;
    const after = before.add(amount);
    next.set(name, after.sign() < 0 ? Quantity.zero : after);
    if (amount.sign() > 0 && after.cmp(hard.get(name)!) > 0) exceeded.push(name);
  }
  if (!exceeded.length) return { used: renderAmounts(next) };
  const show = (amounts: ReadonlyMap<string, Quantity>) =>
    exceeded
      .sort()
      .map(name => `${name}=${amounts.get(name) ?? Quantity.zero}`)
      .join(',');
  return {
    refused: `exceeded quota: ${quota.metadata!.name}, requested: ${show(delta)}, used: ${show(used)}, limited: ${show(hard)}`,
  };
}

/** increase is what a write adds: the new usage less the old. Pure. */
export function increase(now: Amounts, before: Amounts): Amounts {
  const names = new Set([...now.keys(), ...before.keys()]);
  const at = (amounts: Amounts, name: string) => amounts.get(name) ?? Quantity.zero;
  return new Map([...names].map(name => [name, at(now, name).sub(at(before, name))]));
}

/** rise is an increase without what became less: the controller gives that back, once it is gone for sure. Pure. */
export function rise(delta: Amounts): Amounts {
  return new Map([...delta].map(([name, amount]) => [name, amount.sign() < 0 ? Quantity.zero : amount]));
}

/** uncounted are the resources, of these, that the quota limits and the controller has not counted yet; sorted. Pure. */
export function uncounted({ status }: corev1.ResourceQuota, names: Iterable<string>): string[] {
  const { hard = {}, used = {} } = status ?? {};
  return [...names].filter(name => hard[name] !== undefined && used[name] === undefined).sort();
}
