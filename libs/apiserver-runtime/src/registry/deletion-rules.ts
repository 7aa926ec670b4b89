import type { Minor } from '@navarch/kinds';
import type { Endpoint } from './resource';

/** GarbagePolicy is what happens to an object's dependents when the deleter does not say. */
export type GarbagePolicy = 'background' | 'orphan' | 'unsupported';

/** Kinds whose deletion answers the object even if nothing of it is left. */
const returned = new Set([
  'namespaces',
  'services',
  'pods',
  'podtemplates',
  'persistentvolumes',
  'persistentvolumeclaims',
  'resourcequotas',
  'serviceaccounts',
  'podsecuritypolicies.policy',
  'storageclasses.storage.k8s.io',
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
]);

/** Versions that leave dependents behind unless told otherwise, as they did before there was a garbage collector. */
const orphaning = new Set([
  'v1/replicationcontrollers',
  'batch/v1/jobs',
  'batch/v1beta1/cronjobs',
  'batch/v2alpha1/cronjobs',
  'extensions/v1beta1/deployments',
  'extensions/v1beta1/replicasets',
  'extensions/v1beta1/daemonsets',
  'apps/v1beta1/deployments',
  'apps/v1beta1/statefulsets',
]);

/** SERVICES_SHOWN is the first release whose deletions of Services answer as those of other kinds do; a Status until then. */
const SERVICES_SHOWN: Minor = 23;

/** showsDeleted tells whether deleting answers the object, which may be gone, still there, or going already (`pending`). */
export function showsDeleted(
  { kind: { resource } }: Endpoint,
  { removed, pending }: { readonly removed: boolean; readonly pending: boolean },
  emulated: Minor,
): boolean {
  const name = nameOf(resource);
  if (name === 'services' && emulated < SERVICES_SHOWN) return false;
  return returned.has(name) || (!removed && !pending);
}

/** declaresDeleted tells whether OpenAPI says that deleting answers the object; of namespaces it says a Status, whatever comes. */
export function declaresDeleted({ kind: { resource } }: Endpoint, emulated: Minor): boolean {
  const name = nameOf(resource);
  if (name === 'namespaces' || (name === 'services' && emulated < SERVICES_SHOWN)) return false;
  return returned.has(name);
}

const nameOf = ({ group, resource }: { readonly group: string; readonly resource: string }) =>
  group ? `${resource}.${group}` : resource;

/** Kinds whose objects are marked as being deleted before anything else, since their contents go first. */
const marked = new Set(['namespaces', 'customresourcedefinitions.apiextensions.k8s.io']);

/** marksFirst tells whether a deletion begins with a write of its own; that one words unmet preconditions as storage does. */
export function marksFirst({ kind: { resource } }: Endpoint): boolean {
  return marked.has(nameOf(resource));
}

/** garbagePolicyOf is what happens to dependents when a deletion does not say. */
export function garbagePolicyOf(endpoint: Endpoint): GarbagePolicy {
  if (endpoint.kind.resource.resource === 'events' && endpoint.kind.resource.group === '') return 'unsupported';
  return orphaning.has(`${endpoint.apiVersion}/${endpoint.kind.resource.resource}`) ? 'orphan' : 'background';
}
