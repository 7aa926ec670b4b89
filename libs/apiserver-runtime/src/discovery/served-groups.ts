import { apiPriority, orderGroups, type AnnouncedVersion, type Minor } from '@navarch/kinds';
import type { AggregatedApis, RemoteApi } from '../aggregation';
import type { ServedGroupVersion } from '../options';
import type { Registry } from '../registry/registry';

/** ServedApis is everything that discovery and OpenAPI tell of: our own kinds, and what other servers serve. */
export interface ServedApis {
  readonly registry: Registry;
  readonly emulated: Minor;
  readonly aggregated: AggregatedApis | undefined;
}

/** remoteApi finds the other server of a group version. */
export function remoteApi({ aggregated }: ServedApis, group: string, version: string): RemoteApi | undefined {
  return aggregated?.remotes.get(`${version}.${group}`);
}

/** ServedGroup is a group with what it serves, versions in order of preference. */
export interface ServedGroup {
  readonly group: string;
  readonly versions: readonly string[];
  /** custom: nothing of it is built in. */
  readonly custom: boolean;
}

/** servedGroups lists the groups in discovery order: our own group versions and those that are announced beside them. Pure. */
export function servedGroups(
  own: readonly ServedGroupVersion[],
  announced: readonly AnnouncedVersion[],
): ServedGroup[] {
  const all = new Map<string, AnnouncedVersion>();
  for (const { group, version } of own)
    all.set(`${version}.${group}`, { group, version, priority: apiPriority(group, version) });
  for (const one of announced) all.set(`${one.version}.${one.group}`, one);
  const builtIn = new Set(own.filter(({ custom }) => !custom).map(({ group }) => group));
  return orderGroups([...all.values()]).map(({ group, versions }) => ({
    group,
    versions,
    custom: !builtIn.has(group),
  }));
}
