import type { KindDefinition, Minor } from './kind';
import { isServed } from './release';

/** VERSIONS lists the API groups in discovery order, each with its versions, the preferred one first. */
const VERSIONS: readonly (readonly [group: string, ...versions: string[]])[] = [
  ['', 'v1'],
  ['apiregistration.k8s.io', 'v1', 'v1beta1'],
  ['apps', 'v1', 'v1beta2', 'v1beta1'],
  ['events.k8s.io', 'v1', 'v1beta1'],
  ['authentication.k8s.io', 'v1', 'v1beta1'],
  ['authorization.k8s.io', 'v1', 'v1beta1'],
  ['autoscaling', 'v2', 'v1', 'v2beta1', 'v2beta2'],
  ['batch', 'v1', 'v1beta1', 'v2alpha1'],
  ['certificates.k8s.io', 'v1', 'v1beta1'],
  ['networking.k8s.io', 'v1', 'v1beta1'],
  ['extensions', 'v1beta1'],
  ['policy', 'v1', 'v1beta1'],
  ['rbac.authorization.k8s.io', 'v1', 'v1beta1', 'v1alpha1'],
  ['storage.k8s.io', 'v1', 'v1beta1', 'v1alpha1'],
  ['admissionregistration.k8s.io', 'v1', 'v1beta1'],
  ['apiextensions.k8s.io', 'v1', 'v1beta1'],
  ['scheduling.k8s.io', 'v1', 'v1beta1', 'v1alpha1'],
  ['coordination.k8s.io', 'v1', 'v1beta1'],
  ['node.k8s.io', 'v1', 'v1beta1', 'v1alpha1'],
  ['discovery.k8s.io', 'v1', 'v1beta1'],
  ['flowcontrol.apiserver.k8s.io', 'v1', 'v1beta3', 'v1beta2', 'v1beta1', 'v1alpha1'],
  ['resource.k8s.io', 'v1beta2', 'v1beta1'],
  ['internal.apiserver.k8s.io', 'v1alpha1'],
];

/** GroupVersions is a group with the versions it is served in, the preferred one first. */
export interface GroupVersions {
  readonly group: string;
  readonly versions: readonly string[];
}

/** groupOrder lists the groups that these kinds are served in, in discovery order; groups it does not know come last, as found. */
export function groupOrder(kinds: readonly KindDefinition[], emulated: Minor): GroupVersions[] {
  const served = new Map<string, Set<string>>();
  for (const version of kinds.flatMap(kind => kind.versions)) {
    if (!isServed(version, emulated)) continue;
    const versions = served.get(version.group) ?? new Set();
    served.set(version.group, versions.add(version.version));
  }
  const known = VERSIONS.filter(([group]) => served.has(group)).map(([group, ...order]) => {
    const have = served.get(group)!;
    served.delete(group);
    return { group, versions: [...order.filter(v => have.has(v)), ...[...have].filter(v => !order.includes(v))] };
  });
  return [...known, ...[...served].map(([group, versions]) => ({ group, versions: [...versions] }))];
}
