import type { Minor } from '@navarch/kinds';
import { createHash } from 'node:crypto';
import type { Registry } from '../registry/registry';
import type { Endpoint } from '../registry/resource';

/** ApiResource is one line of a version's resource list (metav1.APIResource). */
export interface ApiResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
}

/** SINGULAR_SINCE is the first release that fills in singularName of built-in kinds. */
const SINGULAR_SINCE: Minor = 27;

/** storageVersionHash tells clients whether an object's stored form is the same; of the group, version and kind it is stored as. */
export function storageVersionHash(group: string, version: string, kind: string): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');
}

/** resourcesOf lists the resources and subresources of one version, by name. */
export function resourcesOf(registry: Registry, group: string, version: string, emulated: Minor): ApiResource[] {
  const endpoints = registry.all.filter(e => e.version.group === group && e.version.version === version);
  // Of custom resources the subresources have an order of their own.
  const names = (endpoint: Endpoint) => endpoint.kind.resource.resource;
  if (endpoints.every(e => e.custom))
    return endpoints.sort((a, b) => (names(a) < names(b) ? -1 : 1)).flatMap(e => resourcesOfEndpoint(e, emulated));
  return endpoints
    .flatMap(endpoint => resourcesOfEndpoint(endpoint, emulated))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** resourcesOfEndpoint are the resource itself and its subresources. */
export function resourcesOfEndpoint(endpoint: Endpoint, emulated: Minor): ApiResource[] {
  return [mainResource(endpoint, emulated), ...subresourcesOf(endpoint, emulated)];
}

/** singularOf is the singular name, which older releases leave out for built-in kinds. */
export function singularOf(endpoint: Endpoint, emulated: Minor): string {
  if (!endpoint.custom && emulated < SINGULAR_SINCE) return '';
  return endpoint.kind.singular ?? endpoint.kindName.toLowerCase();
}

function mainResource(endpoint: Endpoint, emulated: Minor): ApiResource {
  const { kind, resource, version } = endpoint;
  // A version that is served past its end has no claim on short names: they would be ambiguous.
  const isRetired = minorOf(version.deprecated?.removed) <= emulated;
  const categories = endpoint.version.categories ?? kind.categories;
  const { stored } = resource;
  return {
    name: kind.resource.resource,
    singularName: singularOf(endpoint, emulated),
    namespaced: kind.resource.namespaced,
    kind: endpoint.kindName,
    verbs: endpoint.custom ? customVerbs : [...resource.verbs].sort(),
    ...(!isRetired && kind.shortNames?.length && { shortNames: kind.shortNames }),
    ...(!isRetired && categories?.length && { categories }),
    ...(!resource.isVirtual && {
      storageVersionHash: storageVersionHash(stored.group, stored.version, endpoint.kindName),
    }),
  };
}

/** minorOf is the 22 of `1.22`; of nothing it is none that will ever be. */
function minorOf(release: string | undefined): Minor {
  return release === undefined ? Infinity : Number(release.split('.')[1]);
}

/** customVerbs are those of custom resources, in the order in which they are listed. */
const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

const writeVerbs = ['get', 'patch', 'update'];

function subresourcesOf(endpoint: Endpoint, emulated: Minor): ApiResource[] {
  const { kind } = endpoint;
  const { status, scale, writes = {}, connects = {} } = kind.subresources ?? {};
  const own = endpoint.version.subresources;
  const base = { singularName: '', namespaced: kind.resource.namespaced };
  const found: ApiResource[] = [];
  const add = (name: string, rest: Pick<ApiResource, 'kind' | 'verbs'> & { group?: string; version?: string }) => {
    if (own && !own.includes(name)) return;
    found.push({ name: `${kind.resource.resource}/${name}`, ...base, ...rest, verbs: [...rest.verbs].sort() });
  };
  if (status) add('status', { kind: endpoint.kindName, verbs: writeVerbs });
  if (scale) add('scale', { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: writeVerbs });
  for (const [name, { verbs, since = 0 }] of Object.entries(writes)) {
    if (emulated >= since) add(name, { kind: endpoint.kindName, verbs });
  }
  for (const [name, connect] of Object.entries(connects)) {
    if (emulated < (connect.since ?? 0)) continue;
    const { group, version } = connect;
    add(name, {
      ...(group !== undefined && { group }),
      ...(version !== undefined && { version }),
      kind: connect.kind,
      verbs: connect.verbs,
    });
  }
  return found;
}
