import type { corev1 } from '@navarch/api';
import { parseQuantity, Quantity } from '@navarch/apimachinery';
import { amountsOf, maxAmounts, podAmounts, type Amounts } from '@navarch/component-helpers';

type Item = corev1.LimitRangeItem;

const PARTIAL_SUMS_SINCE = 28;

/** podViolations says in which ways a pod breaks a LimitRange. */
export function podViolations(range: corev1.LimitRange, pod: corev1.Pod, emulated: number): string[] {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  return (range.spec?.limits ?? []).flatMap(item => {
    if (item.type === 'Pod') {
      const total = (which: 'requests' | 'limits') =>
        emulated >= PARTIAL_SUMS_SINCE ? podAmounts(pod, which, false) : completeSums(pod, which);
      return violations(item, total('requests'), total('limits'));
    }
    if (item.type !== 'Container') return [];
    return containers.flatMap(({ resources }) =>
      violations(item, amountsOf(resources?.requests), amountsOf(resources?.limits)),
    );
  });
}

/**
 * completeSums is how releases before 1.28 add up a pod: what some container says nothing about has no sum; CPU in thousandths, all else in
 * whole numbers. Pure.
 */
export function completeSums({ spec }: corev1.Pod, which: 'requests' | 'limits'): Amounts {
  const of = ({ resources }: corev1.Container) => amountsOf(resources?.[which]);
  const containers = (spec?.containers ?? []).map(of);
  const sums: Amounts = new Map();
  for (const name of containers[0]?.keys() ?? []) {
    const amounts = containers.flatMap(one => one.get(name) ?? []);
    if (amounts.length === containers.length) sums.set(name, wholeSum(amounts, name === 'cpu'));
  }
  return (spec?.initContainers ?? []).map(of).reduce(maxAmounts, sums);
}

function wholeSum(amounts: readonly Quantity[], milli: boolean): Quantity {
  const total = amounts.reduce((sum, amount) => sum + (milli ? amount.milliValue() : amount.value()), 0n);
  return milli ? Quantity.ofMilli(total) : Quantity.of(total);
}

/** claimViolations says in which ways a claim breaks a LimitRange: by its request, there is no limit. */
export function claimViolations(range: corev1.LimitRange, claim: corev1.PersistentVolumeClaim): string[] {
  const requests = amountsOf(claim.spec?.resources?.requests);
  return (range.spec?.limits ?? [])
    .filter(item => item.type === 'PersistentVolumeClaim')
    .flatMap(item => [
      ...each(item.min, (name, min) => belowMin(item, name, min, requests.get(name))),
      ...each(item.max, (name, max) => requestAboveMax(item, name, max, requests.get(name))),
    ]);
}

/** violations checks requests and limits against one item. Pure. */
export function violations(item: Item, requests: Amounts, limits: Amounts): string[] {
  return [
    ...each(item.min, (name, min) => belowMin(item, name, min, requests.get(name), limits.get(name))),
    ...each(item.max, (name, max) => aboveMax(item, name, max, requests.get(name), limits.get(name))),
    ...each(item.maxLimitRequestRatio, (name, ratio) =>
      aboveRatio(item, name, ratio, requests.get(name), limits.get(name)),
    ),
  ];
}

function each(
  list: Readonly<Record<string, string>> | undefined,
  check: (name: string, bound: Quantity) => string | undefined,
): string[] {
  return Object.entries(list ?? {}).flatMap(([name, text]) => check(name, parseQuantity(text)) ?? []);
}

function belowMin(
  { type }: Item,
  name: string,
  min: Quantity,
  request?: Quantity,
  limit?: Quantity,
): string | undefined {
  if (!request) return `minimum ${name} usage per ${type} is ${min}.  No request is specified`;
  if (request.cmp(min) < 0) return `minimum ${name} usage per ${type} is ${min}, but request is ${request}`;
  return limit && limit.cmp(min) < 0 ? `minimum ${name} usage per ${type} is ${min}, but limit is ${limit}` : undefined;
}

function aboveMax(
  { type }: Item,
  name: string,
  max: Quantity,
  request?: Quantity,
  limit?: Quantity,
): string | undefined {
  if (!limit) return `maximum ${name} usage per ${type} is ${max}.  No limit is specified`;
  if (limit.cmp(max) > 0) return `maximum ${name} usage per ${type} is ${max}, but limit is ${limit}`;
  return request && request.cmp(max) > 0
    ? `maximum ${name} usage per ${type} is ${max}, but request is ${request}`
    : undefined;
}

function requestAboveMax({ type }: Item, name: string, max: Quantity, request?: Quantity): string | undefined {
  if (!request) return `maximum ${name} usage per ${type} is ${max}.  No request is specified`;
  return request.cmp(max) > 0 ? `maximum ${name} usage per ${type} is ${max}, but request is ${request}` : undefined;
}

function aboveRatio(
  { type }: Item,
  name: string,
  max: Quantity,
  request?: Quantity,
  limit?: Quantity,
): string | undefined {
  const head = `${name} max limit to request ratio per ${type} is ${max}`;
  if (!request || request.isZero()) return `${head}, but no request is specified or request is 0`;
  if (!limit || limit.isZero()) return `${head}, but no limit is specified or limit is 0`;
  const ratio = limit.asNumber() / request.asNumber();
  return ratio > max.asNumber() ? `${head}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}
