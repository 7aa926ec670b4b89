import type { corev1 } from '@navarch/api';
import { parseQuantity, Quantity, type KubeObject } from '@navarch/apimachinery';
import { podAmounts, type Amounts } from '@navarch/component-helpers';

/** ONE is the usage of one object. */
const ONE = Quantity.of(1);
const STORAGE_CLASS_SUFFIX = '.storageclass.storage.k8s.io/';
/** PLAIN resources of pods that count as a request without saying so. */
const REQUESTS_BY_PLAIN_NAME = ['cpu', 'memory', 'ephemeral-storage'];

/** QuotaResource is a resource as quotas name it: `pods`, `deployments.apps`. */
export interface QuotaSubject {
  readonly group: string;
  readonly resource: string;
  readonly object: KubeObject;
}

/** usageOf is what one object uses up, by the names that quotas have. Pure. */
export function usageOf({ group, resource, object }: QuotaSubject): Amounts {
  const usage: Amounts = new Map([[countName(group, resource), ONE]]);
  if (group) return usage;
  switch (resource) {
    case 'pods':
      addPod(usage, object as corev1.Pod);
      break;
    case 'services':
      addService(usage, object as corev1.Service);
      break;
    case 'persistentvolumeclaims':
      addClaim(usage, object as corev1.PersistentVolumeClaim);
      break;
    case 'configmaps':
    case 'secrets':
    case 'replicationcontrollers':
    case 'resourcequotas':
      usage.set(resource, ONE);
  }
  return usage;
}

/** countName is the name under which every kind can be counted: `count/pods`, `count/deployments.apps`. */
export function countName(group: string, resource: string): string {
  return `count/${group ? `${resource}.${group}` : resource}`;
}

/** addPod: `count/pods` counts every pod there is, all else those that are not over. */
function addPod(usage: Amounts, pod: corev1.Pod): void {
  if (isOver(pod)) return;
  usage.set('pods', ONE);
  for (const [name, amount] of podAmounts(pod, 'requests')) {
    usage.set(`requests.${name}`, amount);
    if (REQUESTS_BY_PLAIN_NAME.includes(name) || name.startsWith('hugepages-')) usage.set(name, amount);
  }
  for (const [name, amount] of podAmounts(pod, 'limits')) usage.set(`limits.${name}`, amount);
}

/** isOver: a pod that has finished, or should long be gone, uses nothing up. */
export function isOver({ status }: corev1.Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function addService(usage: Amounts, { spec }: corev1.Service): void {
  const ports = spec?.ports?.length ?? 0;
  usage.set('services', ONE);
  usage.set('services.nodeports', Quantity.zero);
  usage.set('services.loadbalancers', Quantity.zero);
  if (spec?.type === 'NodePort') usage.set('services.nodeports', Quantity.of(ports));
  if (spec?.type !== 'LoadBalancer') return;
  usage.set('services.loadbalancers', ONE);
  const some =
    spec.allocateLoadBalancerNodePorts === false ? (spec.ports ?? []).filter(port => port.nodePort).length : ports;
  usage.set('services.nodeports', Quantity.of(some));
}

function addClaim(usage: Amounts, claim: corev1.PersistentVolumeClaim): void {
  const storage = claim.spec?.resources?.requests?.storage;
  const storageClass =
    claim.metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? claim.spec?.storageClassName;
  usage.set('persistentvolumeclaims', ONE);
  if (storageClass) usage.set(`${storageClass}${STORAGE_CLASS_SUFFIX}persistentvolumeclaims`, ONE);
  if (storage === undefined) return;
  usage.set('requests.storage', parseQuantity(storage));
  if (storageClass) usage.set(`${storageClass}${STORAGE_CLASS_SUFFIX}requests.storage`, parseQuantity(storage));
}

/** mustSpecify are the CPU and memory of a quota that some container of the pod says nothing about, with the names of those containers; sorted. Pure. */
export function mustSpecify(pod: corev1.Pod, hard: readonly string[]): Map<string, string[]> {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const silent = (name: string) => {
    const plain = name.replace(/^(requests|limits)\./, '');
    if (plain !== 'cpu' && plain !== 'memory') return [];
    const which = name.startsWith('limits.') ? 'limits' : 'requests';
    return containers.filter(({ resources }) => resources?.[which]?.[plain] === undefined).map(one => one.name ?? '');
  };
  const found = [...hard].sort().map(name => [name, silent(name).sort()] as const);
  return new Map(found.flatMap(([name, names]) => (names.length ? [[name, names]] : [])));
}
