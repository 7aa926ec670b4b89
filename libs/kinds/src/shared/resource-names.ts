import { isQualifiedName } from '@navarch/apimachinery';

const COUNTED: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const STANDARD: ReadonlySet<string> = new Set([
  ...COMPUTE,
  ...COMPUTE.flatMap(name => [`requests.${name}`, `limits.${name}`]),
  'storage',
  'requests.storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);

/** isStandardResource: Kubernetes knows the resource by a name without a domain. */
export const isStandardResource = (name: string) => STANDARD.has(name) || /^(requests\.)?hugepages-/.test(name);

/** isStandardQuotaResource: a quota may bound the resource by a name without a domain. */
export const isStandardQuotaResource = (name: string) => isStandardResource(name) && name !== 'storage';

/** isNativeResource: the resource belongs to Kubernetes itself: `cpu`, `kubernetes.io/x`. */
export const isNativeResource = (name: string) => !name.includes('/') || name.includes('kubernetes.io/');

/** isHugePages: `hugepages-2Mi`. */
export const isHugePages = (name: string) => name.startsWith('hugepages-');

/** isExtendedResource: the resource comes from a device plugin or the like: `example.com/gpu`. */
export function isExtendedResource(name: string): boolean {
  return !isNativeResource(name) && !name.startsWith('requests.') && isQualifiedName(`requests.${name}`).length === 0;
}

/** isIntegerResource: parts of it make no sense. */
export const isIntegerResource = (name: string) => COUNTED.has(name) || isExtendedResource(name);

/** isOvercommitAllowed: a request may be smaller than the limit. */
export const isOvercommitAllowed = (name: string) => isNativeResource(name) && !isHugePages(name);
