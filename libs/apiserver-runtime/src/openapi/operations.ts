import { defNameOf } from '@navarch/api';
import type { Minor } from '@navarch/kinds';
import { resourcesOfEndpoint, type ApiResource } from '../discovery/documents';
import type { Endpoint } from '../registry/resource';

/** OpenApiOperation is one method of one path, as both flavours of the document need it. */
export interface OpenApiOperation {
  readonly path: string;
  readonly method: 'get' | 'put' | 'post' | 'delete' | 'patch';
  /** action is x-kubernetes-action: list, watch, post, put, patch, delete, deletecollection, get, connect. */
  readonly action: string;
  readonly group: string;
  readonly version: string;
  /** kind is that of the body and the answer. */
  readonly kind: string;
  readonly kindGroup: string;
  readonly kindVersion: string;
  /** schema is the definition of the body and the answer; absent for connections. */
  readonly schema?: string;
  readonly listSchema?: string;
  readonly namespaced: boolean;
  readonly named: boolean;
  readonly custom: boolean;
  readonly id: string;
}

const methodOf: Readonly<Record<string, readonly [method: OpenApiOperation['method'], action: string]>> = {
  get: ['get', 'get'],
  list: ['get', 'list'],
  create: ['post', 'post'],
  update: ['put', 'put'],
  patch: ['patch', 'patch'],
  delete: ['delete', 'delete'],
  deletecollection: ['delete', 'deletecollection'],
};

/** operationsOf lists what can be done at the paths of one endpoint and its subresources. */
export function operationsOf(endpoint: Endpoint, emulated: Minor): OpenApiOperation[] {
  return resourcesOfEndpoint(endpoint, emulated).flatMap(resource => ofResource(endpoint, resource));
}

function ofResource(endpoint: Endpoint, resource: ApiResource): OpenApiOperation[] {
  const { group, version } = endpoint.version;
  const [plural, subresource] = resource.name.split('/') as [string, string?];
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
  const inNamespace = resource.namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
  const operations: OpenApiOperation[] = [];
  // What leads to somebody else is asked for by options; a binding, an eviction or a token is created.
  const isConnect = subresource !== undefined && resource.kind.endsWith('Options');
  for (const verb of resource.verbs) {
    const known = methodOf[verb];
    if (!known) continue;
    const [method, action] = known;
    const named =
      subresource !== undefined || verb === 'get' || verb === 'update' || verb === 'patch' || verb === 'delete';
    const path = `${inNamespace}${named ? '/{name}' : ''}${subresource === undefined ? '' : `/${subresource}`}`;
    const base = {
      ...{ method, action: isConnect ? 'connect' : action, group, version },
      kind: resource.kind,
      kindGroup: resource.group ?? group,
      kindVersion: resource.version ?? version,
      ...schemasOf(endpoint, resource),
      ...{ named, custom: endpoint.custom },
    };
    const id = (scope: string) =>
      `${action}${capital(group || 'core')}${capital(version)}${scope}${resource.kind}${capital(subresource ?? '')}`;
    operations.push({
      ...base,
      path,
      namespaced: resource.namespaced,
      id: id(resource.namespaced ? 'Namespaced' : ''),
    });
    if (verb === 'list' && resource.namespaced) {
      operations.push({ ...base, path: `${root}/${plural}`, namespaced: false, id: `${id('')}ForAllNamespaces` });
    }
  }
  return operations;
}

function schemasOf(endpoint: Endpoint, resource: ApiResource): { schema?: string; listSchema?: string } {
  const { kind, group = endpoint.version.group, version = endpoint.version.version } = resource;
  if (kind === 'Scale') return { schema: 'io.k8s.api.autoscaling.v1.Scale' };
  if (kind !== endpoint.kindName) {
    const created = kind.endsWith('Options') ? undefined : defNameOf(group, version, kind);
    return created === undefined ? {} : { schema: created };
  }
  const schema = schemaNameOf(endpoint);
  return { schema, listSchema: endpoint.custom ? `${schema}List` : schema.replace(/[^.]+$/, name => `${name}List`) };
}

/** schemaNameOf is the definition's name of an endpoint's objects; of custom ones the reversed group and the kind. */
export function schemaNameOf({ custom, version, kindName }: Endpoint): string {
  if (!custom) return version.schema;
  return `${version.group.split('.').reverse().join('.')}.${version.version}.${kindName}`;
}

function capital(text: string): string {
  return text
    .split(/[.\-/]/)
    .map(part => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');
}
