import { defNameOf } from '@navarch/api';
import { parseApiVersion, type GroupVersion } from '@navarch/apimachinery';

/** LEGACY is the scheme of all built-in groups but those that have a server of their own upstream. */
const LEGACY = 'k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30';
const OWN: ReadonlyMap<string, string> = new Map([
  ['apiextensions.k8s.io', 'k8s.io/apiextensions-apiserver/pkg/apiserver/apiserver.go:52'],
  ['apiregistration.k8s.io', 'k8s.io/kube-aggregator/pkg/apiserver/scheme/scheme.go:32'],
]);
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';

/** schemeOf is the name of the scheme that a group's kinds are registered in. */
export const schemeOf = (group: string): string => OWN.get(group) ?? LEGACY;

/** UNVERSIONED are the kinds that every scheme knows, whatever version somebody says they are of. */
export const UNVERSIONED: ReadonlySet<string> = new Set([
  'Status',
  'APIVersions',
  'APIGroupList',
  'APIGroup',
  'APIResourceList',
]);

/**
 * knownType answers the version of the type that a kind is where kinds of `group` are decoded: its own, or v1 for the types that all
 * groups have (DeleteOptions). undefined: the group's scheme has no such kind. Pure.
 */
export function knownType(group: string, gv: GroupVersion, kind: string): string | undefined {
  if (UNVERSIONED.has(kind)) return 'v1';
  const name = defNameOf(gv.group, gv.version, kind);
  if (name === undefined || gv.group === 'meta.k8s.io') return undefined;
  const isCommon = name.startsWith(META);
  if (schemeOf(gv.group) !== schemeOf(group) && !(isCommon && gv.group === '')) return undefined;
  return isCommon ? 'v1' : gv.version;
}

/** INTERNAL is the version that the types in between have. Nobody can send one, but somebody may name it. */
export const INTERNAL = '__internal';

/** notRegistered is what is said of a kind that a scheme does not have. */
export function notRegistered(kind: string, apiVersion: string, scheme = LEGACY): string {
  const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: '' };
  const which =
    version === INTERNAL
      ? `the internal version of group ${JSON.stringify(group)}`
      : `version ${JSON.stringify(apiVersion)}`;
  return `no kind ${JSON.stringify(kind)} is registered for ${which} in scheme "${scheme}"`;
}
