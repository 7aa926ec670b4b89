import type { corev1 } from '@navarch/api';
import { parseQuantity, Quantity } from '@navarch/apimachinery';

/** Amounts are quantities by resource name. */
export type Amounts = Map<string, Quantity>;

/** amountsOf reads a resource list. */
export function amountsOf(list: Readonly<Record<string, string | number>> | undefined): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, text]) => [name, parseQuantity(text)]));
}

/** addAmounts adds b to a, by name. */
export function addAmounts(a: Amounts, b: Amounts): Amounts {
  const sum = new Map(a);
  for (const [name, amount] of b) sum.set(name, sum.get(name)?.add(amount) ?? amount);
  return sum;
}

/** maxAmounts is the greater of each. */
export function maxAmounts(a: Amounts, b: Amounts): Amounts {
  const greatest = new Map(a);
  for (const [name, amount] of b) {
    const there = greatest.get(name);
    if (!there || there.cmp(amount) < 0) greatest.set(name, amount);
  }
  return greatest;
}

/** renderAmounts writes a resource list. */
export function renderAmounts(amounts: Amounts): Record<string, string> {
  return Object.fromEntries([...amounts].map(([name, amount]) => [name, amount.toString()]));
}

/**
 * podAmounts is what a pod asks for (or is limited to) as a whole: its containers together with restartable init containers,
 * or the greatest of the other init containers beside those started before it; and the overhead.
 */
export function podAmounts(pod: corev1.Pod, which: 'requests' | 'limits', withOverhead = true): Amounts {
  const spec = pod.spec;
  const of = (container: corev1.Container) => amountsOf(container.resources?.[which]);
  let total = (spec?.containers ?? []).map(of).reduce(addAmounts, new Map());
  let sidecars: Amounts = new Map();
  let greatestInit: Amounts = new Map();
  for (const container of spec?.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      sidecars = addAmounts(sidecars, of(container));
      greatestInit = maxAmounts(greatestInit, sidecars);
    } else {
      greatestInit = maxAmounts(greatestInit, addAmounts(sidecars, of(container)));
    }
  }
  total = maxAmounts(addAmounts(total, sidecars), greatestInit);
  if (!withOverhead || !spec?.overhead) return total;
  const overhead = amountsOf(spec.overhead);
  // A limit is raised by the overhead only where there is one.
  return which === 'requests'
    ? addAmounts(total, overhead)
    : new Map([...total].map(([name, amount]) => [name, amount.add(overhead.get(name) ?? Quantity.zero)]));
}
