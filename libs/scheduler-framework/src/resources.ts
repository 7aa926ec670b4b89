import type { corev1 } from '@navarch/api';
import { parseQuantity } from '@navarch/apimachinery';

/** Resources are amounts: CPU in millicores, memory and storage in bytes, anything else in its own unit. */
export interface Resources {
  milliCPU: number;
  memory: number;
  ephemeralStorage: number;
  /** scalars are extended resources and huge pages, by name. */
  scalars: Map<string, number>;
}

export const noResources = (): Resources => ({ milliCPU: 0, memory: 0, ephemeralStorage: 0, scalars: new Map() });

/** What a container without a request counts as when nodes are compared (never when it is checked whether it fits). */
export const DEFAULT_MILLI_CPU = 100;
export const DEFAULT_MEMORY = 200 * 1024 * 1024;

const parsed = new Map<string, { value: number; milli: number }>();
const REMEMBERED = 10_000;

/** amount reads a quantity; the few texts a cluster uses are read once. */
function amount(text: string): { value: number; milli: number } {
  let found = parsed.get(text);
  if (!found) {
    const quantity = parseQuantity(text);
    found = { value: Number(quantity.value()), milli: Number(quantity.milliValue()) };
    if (parsed.size >= REMEMBERED) parsed.clear();
    parsed.set(text, found);
  }
  return found;
}

/** resourcesOf reads a resource list (`{cpu: '500m', memory: '1Gi'}`). */
export function resourcesOf(list: Readonly<Record<string, string>> | undefined): Resources {
  const result = noResources();
  for (const [name, text] of Object.entries(list ?? {})) {
    if (name === 'cpu') result.milliCPU = amount(text).milli;
    else if (name === 'memory') result.memory = amount(text).value;
    else if (name === 'ephemeral-storage') result.ephemeralStorage = amount(text).value;
    else if (name !== 'pods') result.scalars.set(name, amount(text).value);
  }
  return result;
}

/** podCapacity is how many pods a node takes. */
export function podCapacity(allocatable: Readonly<Record<string, string>> | undefined): number {
  const text = allocatable?.['pods'];
  return text === undefined ? 0 : amount(text).value;
}

/** add changes `into` by `times` times `other`. */
export function add(into: Resources, other: Resources, times = 1): void {
  into.milliCPU += times * other.milliCPU;
  into.memory += times * other.memory;
  into.ephemeralStorage += times * other.ephemeralStorage;
  for (const [name, value] of other.scalars) into.scalars.set(name, (into.scalars.get(name) ?? 0) + times * value);
}

function raise(into: Resources, other: Resources): void {
  into.milliCPU = Math.max(into.milliCPU, other.milliCPU);
  into.memory = Math.max(into.memory, other.memory);
  into.ephemeralStorage = Math.max(into.ephemeralStorage, other.ephemeralStorage);
  for (const [name, value] of other.scalars) into.scalars.set(name, Math.max(into.scalars.get(name) ?? 0, value));
}

type ContainerRequests = (container: corev1.Container) => Resources;
const asRequested: ContainerRequests = container => resourcesOf(container.resources?.requests);
const nonZero: ContainerRequests = container => {
  const requests = container.resources?.requests;
  const result = resourcesOf(requests);
  if (requests?.['cpu'] === undefined) result.milliCPU = DEFAULT_MILLI_CPU;
  if (requests?.['memory'] === undefined) result.memory = DEFAULT_MEMORY;
  return result;
};

/**
 * podRequests is what a pod asks for: the greater of the sum of its containers (with sidecars) and of what its init containers
 * need one after the other, plus overhead.
 */
export function podRequests(pod: corev1.Pod, of: ContainerRequests = asRequested): Resources {
  const total = noResources();
  for (const container of pod.spec?.containers ?? []) add(total, of(container));
  const sidecars = noResources();
  const init = noResources();
  for (const container of pod.spec?.initContainers ?? []) {
    const own = of(container);
    if (container.restartPolicy === 'Always') {
      add(total, own);
      add(sidecars, own);
      raise(init, sidecars);
    } else {
      add(own, sidecars);
      raise(init, own);
    }
  }
  raise(total, init);
  add(total, resourcesOf(pod.spec?.overhead));
  return total;
}

/** podNonZeroRequests is podRequests with a little assumed for containers that ask for nothing. */
export const podNonZeroRequests = (pod: corev1.Pod): Resources => podRequests(pod, nonZero);
