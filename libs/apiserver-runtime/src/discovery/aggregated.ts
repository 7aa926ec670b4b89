import type { Minor } from '@navarch/kinds';
import type { Registry } from '../registry/registry';
import { resourcesOf, servedGroups, type ApiResource } from './documents';

/** AGGREGATED_SINCE and AGGREGATED_V2_SINCE are the first releases with aggregated discovery as v2beta1 and v2. */
export const AGGREGATED_SINCE: Minor = 26;
export const AGGREGATED_V2_SINCE: Minor = 30;

/** aggregatedDiscovery lists everything below /api (`core`) or /apis in one document: apidiscovery.k8s.io APIGroupDiscoveryList. */
export function aggregatedDiscovery(registry: Registry, emulated: Minor, core: boolean, version: string): object {
  const groups = servedGroups(registry, emulated).filter(({ group }) => (group === '') === core);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: { ...(group && { name: group }), creationTimestamp: null },
      versions: versions.map(v => ({
        version: v,
        resources: nested(resourcesOf(registry, group, v, emulated), group, v),
        freshness: 'Current',
      })),
    })),
  };
}

/** nested puts subresources below their resources. */
function nested(resources: readonly ApiResource[], group: string, version: string): object[] {
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
