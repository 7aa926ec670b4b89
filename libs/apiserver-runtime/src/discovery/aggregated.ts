import type { Minor } from '@navarch/kinds';
import { resourcesOf, type ApiResource } from './documents';
import { remoteApi, type ServedApis, type ServedGroup } from './served-groups';

/** AGGREGATED_SINCE and AGGREGATED_V2_SINCE are the first releases with aggregated discovery as v2beta1 and v2. */
export const AGGREGATED_SINCE: Minor = 26;
export const AGGREGATED_V2_SINCE: Minor = 30;

/** aggregatedDiscovery shows groups with all their versions and resources in one document: apidiscovery.k8s.io APIGroupDiscoveryList. */
export function aggregatedDiscovery(apis: ServedApis, groups: readonly ServedGroup[], apiVersion: string): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${apiVersion}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: { ...(group && { name: group }), creationTimestamp: null },
      versions: versions.flatMap(version => versionDiscovery(apis, group, version)),
    })),
  };
}

/** versionDiscovery is one version's part; nothing for one that is announced and not served. */
function versionDiscovery(apis: ServedApis, group: string, version: string): object[] {
  const remote = remoteApi(apis, group, version);
  if (remote) return [{ version, resources: remote.resources, freshness: remote.isCurrent ? 'Current' : 'Stale' }];
  const resources = discoveryResources(resourcesOf(apis.registry, group, version, apis.emulated), group, version);
  return resources.length ? [{ version, resources, freshness: 'Current' }] : [];
}

/** discoveryResources puts subresources below their resources, as APIResourceDiscovery has them. Pure. */
export function discoveryResources(resources: readonly ApiResource[], group: string, version: string): object[] {
  const main = resources.filter(r => !r.name.includes('/'));
  return main.map(({ name, singularName, namespaced, kind, verbs, shortNames, categories }) => {
    const subresources = resources
      .filter(r => r.name.startsWith(`${name}/`))
      .map(r => ({
        subresource: r.name.slice(name.length + 1),
        responseKind: { group: r.group ?? group, version: r.version ?? version, kind: r.kind },
        verbs: r.verbs,
      }));
    return {
      resource: name,
      responseKind: { group, version, kind },
      scope: namespaced ? 'Namespaced' : 'Cluster',
      singularResource: singularName,
      verbs,
      ...(shortNames && { shortNames }),
      ...(categories && { categories }),
      ...(subresources.length && { subresources }),
    };
  });
}
