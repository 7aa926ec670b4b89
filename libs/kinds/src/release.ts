import type { KubeObject } from '@navarch/apimachinery';
import { forgetDisabled } from './core/v1/pod/disabled-fields';
import { forgetAll, forgetDormant, withoutDormant, type Forget } from './dormant';
import type { KindDefinition, Minor, ServedVersion, Subresources } from './kind';
import { inRelease } from './shared/columns';

/** DEFAULT_RELEASE is the release that is emulated unless the operator asks for another one. */
export const DEFAULT_RELEASE: Minor = 33;

/** LEGACY_UNTIL is the last release that is reproduced strictly; later ones serve removed versions on. */
const LEGACY_UNTIL: Minor = 20;

/** isServed: a version of a definition made by allKinds is served by this release. */
export function isServed(version: ServedVersion, emulated: Minor): boolean {
  return inRelease(version, emulated);
}

/**
 * forRelease narrows a definition to a release: versions, subresources and columns that the release lacks are gone (the hub
 * stays, since strategy and storage speak it; isServed tells), and strategies forget the fields that it does not use yet. Later
 * releases than 1.20 go on serving versions that were removed, alpha ones apart, so that older manifests apply: these come without
 * `until`. undefined: the release does not have the kind.
 */
export function forRelease(kind: KindDefinition, emulated: Minor): KindDefinition | undefined {
  const versions = kind.versions.map(version => legacy(version, emulated));
  if (!versions.some(version => isServed(version, emulated))) return undefined;
  const isHub = (v: ServedVersion) => v.group === kind.resource.group && v.version === kind.resource.version;
  const forget = forgetAll(
    forgetDormant(kind.dormant ?? {}, emulated),
    kind.podSpec === undefined ? undefined : forgetDisabled(kind.podSpec, emulated),
  );
  return {
    ...kind,
    versions: versions.filter(v => isServed(v, emulated) || isHub(v)).map(v => withoutFutureDeprecation(v, emulated)),
    ...(emulated <= LEGACY_UNTIL && { retired: kind.versions.filter(({ until = emulated }) => until < emulated) }),
    strategy: withoutDormant(kind.strategy, forget),
    ...(kind.subresources && { subresources: subresourcesOf(kind.subresources, forget, emulated) }),
    ...(kind.columns && {
      columns: { ...kind.columns, columns: kind.columns.columns.filter(column => inRelease(column, emulated)) },
    }),
  };
}

function legacy(version: ServedVersion, emulated: Minor): ServedVersion {
  const { until, ...rest } = version;
  if (until === undefined || until >= emulated || emulated <= LEGACY_UNTIL) return version;
  // Manifests of those years name rbac/v1alpha1, which every default server of the time but few alpha versions served.
  const kept = !version.version.includes('alpha') || version.group === 'rbac.authorization.k8s.io';
  return kept ? rest : version;
}

function withoutFutureDeprecation(version: ServedVersion, emulated: Minor): ServedVersion {
  const { deprecated, ...rest } = version;
  return deprecated && Number(deprecated.in.split('.')[1]) > emulated ? rest : version;
}

function subresourcesOf(
  subresources: Subresources<KubeObject>,
  forget: Forget | undefined,
  emulated: Minor,
): Subresources<KubeObject> {
  const present = <V extends { readonly since?: Minor }>(all: Readonly<Record<string, V>>) =>
    Object.fromEntries(Object.entries(all).filter(([, entry]) => inRelease(entry, emulated)));
  return {
    ...subresources,
    ...(subresources.status && { status: withoutDormant(subresources.status, forget) }),
    ...(subresources.writes && { writes: present(subresources.writes) }),
    ...(subresources.connects && { connects: present(subresources.connects) }),
  };
}
