import type { corev1 } from '@navarch/api';
import { Quantity, isDeleting, parseQuantity, type KubeObject } from '@navarch/apimachinery';
import { addAmounts, amountsOf, podAmounts, type Amounts } from '@navarch/component-helpers';
import { isPodTerminal } from '../../shared/pods';
import { hasScopes, matchesScopes } from './scopes';

const ONE = Quantity.of(1);
const OF_CLASS = '.storageclass.storage.k8s.io/';
const SERVICES = ['services', 'services.nodeports', 'services.loadbalancers'];
const COUNTED = ['configmaps', 'secrets', 'replicationcontrollers', 'resourcequotas'];
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];

/** meteredBy is the resource whose objects use up what a quota calls `name`: `pods`, `leases.coordination.k8s.io`; undefined if nobody knows. */
export function meteredBy(name: string): string | undefined {
  // There are many events, and they go by themselves.
  if (name === 'count/events') return undefined;
  if (name.startsWith('count/')) return name.slice('count/'.length);
  if (COUNTED.includes(name)) return name;
  if (SERVICES.includes(name)) return 'services';
  const ofClass = name.includes(OF_CLASS) ? name.slice(name.indexOf(OF_CLASS) + OF_CLASS.length) : name;
  if (ofClass === 'persistentvolumeclaims' || ofClass === 'requests.storage') return 'persistentvolumeclaims';
  if (name === 'pods' || COMPUTE.includes(name) || name.startsWith('hugepages-')) return 'pods';
  const [, which, rest = ''] = /^(requests|limits)\.(.+)$/.exec(name) ?? [];
  if (COMPUTE.includes(rest)) return 'pods';
  return which === 'requests' && (rest.startsWith('hugepages-') || rest.includes('/')) ? 'pods' : undefined;
}

/** usageOf is what one object uses up, by the names of quotas. */
export function usageOf(resource: string, object: KubeObject, nowMs: number): Amounts {
  const usage = new Map([[`count/${resource}`, ONE]]);
  if (resource === 'pods') addPod(usage, object as corev1.Pod, nowMs);
  if (resource === 'services') addService(usage, object as corev1.Service);
  if (resource === 'persistentvolumeclaims') addClaim(usage, object as corev1.PersistentVolumeClaim);
  if (COUNTED.includes(resource)) usage.set(resource, ONE);
  return usage;
}

/** isOver: the pod has finished, or its node has had the time it was given to end it. */
export function isOver(pod: corev1.Pod, nowMs: number): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata ?? {};
  if (isPodTerminal(pod)) return true;
  if (!isDeleting(pod) || deletionGracePeriodSeconds === undefined) return false;
  return Date.parse(deletionTimestamp!) + deletionGracePeriodSeconds * 1000 < nowMs;
}

/** addPod: `count/pods` counts every pod there is, all else those that are not over. */
function addPod(usage: Map<string, Quantity>, pod: corev1.Pod, nowMs: number): void {
  if (isOver(pod, nowMs)) return;
  usage.set('pods', ONE);
  for (const [name, amount] of podAmounts(pod, 'requests')) {
    usage.set(`requests.${name}`, amount);
    if (COMPUTE.includes(name) || name.startsWith('hugepages-')) usage.set(name, amount);
  }
  for (const [name, amount] of podAmounts(pod, 'limits')) usage.set(`limits.${name}`, amount);
}

function addService(usage: Map<string, Quantity>, { spec }: corev1.Service): void {
  const ports = spec?.ports ?? [];
  usage.set('services', ONE);
  if (spec?.type === 'LoadBalancer') usage.set('services.loadbalancers', ONE);
  const withPort = spec?.allocateLoadBalancerNodePorts === false ? ports.filter(port => port.nodePort) : ports;
  if (spec?.type === 'NodePort') usage.set('services.nodeports', Quantity.of(ports.length));
  if (spec?.type === 'LoadBalancer') usage.set('services.nodeports', Quantity.of(withPort.length));
}

function addClaim(usage: Map<string, Quantity>, { metadata, spec }: corev1.PersistentVolumeClaim): void {
  const storageClass = metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName;
  const storage = spec?.resources?.requests?.storage;
  for (const prefix of ['', ...(storageClass ? [`${storageClass}${OF_CLASS}`] : [])]) {
    usage.set(`${prefix}persistentvolumeclaims`, ONE);
    if (storage !== undefined) usage.set(`${prefix}requests.storage`, parseQuantity(storage));
  }
}

/** calculateUsed sums up what a quota limits. `objects` answers a resource's objects, undefined if it cannot be counted: then the last count stays. */
export function calculateUsed(
  { spec, status }: corev1.ResourceQuota,
  objects: (resource: string) => readonly KubeObject[] | undefined,
  nowMs: number,
): Amounts {
  const names = Object.keys(spec?.hard ?? {});
  const before = amountsOf(status?.used);
  const sums = new Map<string, Amounts | undefined>();
  for (const resource of new Set(names.map(meteredBy))) {
    const all = resource === undefined ? undefined : objects(resource);
    if (resource === undefined || !all) continue;
    const counted = !hasScopes(spec)
      ? all
      : resource === 'pods'
        ? all.filter(pod => matchesScopes(spec, pod as corev1.Pod))
        : [];
    sums.set(
      resource,
      counted.map(object => usageOf(resource, object, nowMs)).reduce(addAmounts, new Map<string, Quantity>()),
    );
  }
  const used = new Map<string, Quantity>();
  for (const name of names) {
    const resource = meteredBy(name);
    const sum = resource === undefined ? undefined : sums.get(resource);
    const amount = sum ? (sum.get(name) ?? Quantity.zero) : before.get(name);
    if (amount) used.set(name, amount);
  }
  return used;
}

/** sameAmounts compares amounts, however they are written. */
export function sameAmounts(a: Amounts, b: Amounts): boolean {
  return a.size === b.size && [...a].every(([name, amount]) => b.get(name)?.cmp(amount) === 0);
}
