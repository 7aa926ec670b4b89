import type { KindDefinition, Minor } from './kind';
import { isServed } from './release';

/** ApiPriority is where a group version stands in discovery: the higher of either number comes first. */
export interface ApiPriority {
  /** group is what an APIService calls groupPriorityMinimum, version its versionPriority. */
  readonly group: number;
  readonly version: number;
}

/** AnnouncedVersion is a group version with its place in discovery. */
export interface AnnouncedVersion {
  readonly group: string;
  readonly version: string;
  readonly priority: ApiPriority;
}

/** PRIORITIES are upstream's of the built-in groups; versions without a number here have that of custom resources. */
const PRIORITIES: Readonly<Record<string, readonly [group: number, versions: Readonly<Record<string, number>>]>> = {
  '': [18_000, { v1: 1 }],
  // The aggregator's own group has no APIService and stands in front of all that have one.
  'apiregistration.k8s.io': [Infinity, { v1: 15, v1beta1: 9 }],
  apps: [17_800, { v1: 15, v1beta2: 9, v1beta1: 1 }],
  'events.k8s.io': [17_750, { v1: 15, v1beta1: 5 }],
  'authentication.k8s.io': [17_700, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  'authorization.k8s.io': [17_600, { v1: 15, v1beta1: 9 }],
  autoscaling: [17_500, { v2: 30, v1: 15, v2beta1: 9, v2beta2: 1 }],
  batch: [17_400, { v1: 15, v1beta1: 9, v2alpha1: 9 }],
  'certificates.k8s.io': [17_300, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  'networking.k8s.io': [17_200, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  extensions: [17_150, { v1beta1: 1 }],
  policy: [17_100, { v1: 15, v1beta1: 9 }],
  'rbac.authorization.k8s.io': [17_000, { v1: 15, v1beta1: 12, v1alpha1: 9 }],
  'storage.k8s.io': [16_800, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  'admissionregistration.k8s.io': [16_700, { v1: 15, v1beta1: 12, v1alpha1: 9 }],
  'apiextensions.k8s.io': [16_700, { v1: 15, v1beta1: 9 }],
  'scheduling.k8s.io': [16_600, { v1: 15, v1beta1: 12, v1alpha1: 9 }],
  'coordination.k8s.io': [16_500, { v1: 15, v1beta1: 9, v1alpha2: 1, v1alpha1: 1 }],
  'node.k8s.io': [16_300, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  'discovery.k8s.io': [16_200, { v1: 15, v1beta1: 12, v1alpha1: 9 }],
  'resource.k8s.io': [16_200, { v1: 20, v1beta2: 15, v1beta1: 9, v1alpha3: 1 }],
  'flowcontrol.apiserver.k8s.io': [16_100, { v1: 21, v1beta3: 18, v1beta2: 15, v1beta1: 12, v1alpha1: 9 }],
  'internal.apiserver.k8s.io': [16_000, { v1alpha1: 9 }],
};

/** CUSTOM_PRIORITY is that of custom resources: behind everything built in, versions by name alone. */
const CUSTOM_PRIORITY: ApiPriority = { group: 1000, version: 100 };

/** apiPriority is the place that a group version has by itself. */
export function apiPriority(group: string, version: string): ApiPriority {
  const known = Object.hasOwn(PRIORITIES, group) ? PRIORITIES[group] : undefined;
  if (!known) return CUSTOM_PRIORITY;
  return { group: known[0], version: known[1][version] ?? CUSTOM_PRIORITY.version };
}

/** GroupVersions is a group with the versions it is served in, the preferred one first. */
export interface GroupVersions {
  readonly group: string;
  readonly versions: readonly string[];
}

/**
 * orderGroups lists groups as discovery does: by the greatest priority that one of their versions claims for the group, then by
 * the APIService's name; within a group by version priority, then as compareVersions. Pure.
 */
export function orderGroups(announced: readonly AnnouncedVersion[]): GroupVersions[] {
  const name = ({ group, version }: AnnouncedVersion) => `${version}.${group}`;
  const byGroup = [...announced].sort(
    (a, b) => descending(a.priority.group, b.priority.group) || (name(a) < name(b) ? -1 : 1),
  );
  const groups = new Map<string, AnnouncedVersion[]>();
  for (const one of byGroup) {
    const members = groups.get(one.group);
    if (members) members.push(one);
    else groups.set(one.group, [one]);
  }
  return [...groups].map(([group, members]) => ({
    group,
    versions: members
      .sort((a, b) => descending(a.priority.version, b.priority.version) || compareVersions(a.version, b.version))
      .map(({ version }) => version),
  }));
}

const descending = (a: number, b: number) => (a === b ? 0 : b > a ? 1 : -1);

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

/** compareVersions orders versions by preference: stable before beta before alpha, newer first, others by name. Pure. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [VERSION.exec(a), VERSION.exec(b)];
  if (!x || !y) return x ? -1 : y ? 1 : a < b ? -1 : a > b ? 1 : 0;
  const rank = (m: RegExpExecArray) => (m[2] === undefined ? 2 : m[2] === 'beta' ? 1 : 0);
  return rank(y) - rank(x) || Number(y[1]) - Number(x[1]) || Number(y[3] ?? 0) - Number(x[3] ?? 0);
}

/** groupOrder lists the groups that these kinds are served in by a release, in discovery order. */
export function groupOrder(kinds: readonly KindDefinition[], emulated: Minor): GroupVersions[] {
  const served = new Map<string, AnnouncedVersion>();
  for (const version of kinds.flatMap(kind => kind.versions)) {
    if (!isServed(version, emulated)) continue;
    const { group, version: name } = version;
    served.set(`${name}.${group}`, { group, version: name, priority: apiPriority(group, name) });
  }
  return orderGroups([...served.values()]);
}
