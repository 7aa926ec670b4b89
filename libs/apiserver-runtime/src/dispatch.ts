import { HUB_VERSIONS, internalError, notFound, type AnyObject, type ApiResponse } from '@navarch/apimachinery';
import type { KindDefinition, ScalePaths, Strategy } from '@navarch/kinds';
import { remoteOf } from './aggregation';
import type { Exchange } from './chain/exchange';
import type { RequestInfo } from './interfaces';
import type { ApiServerOptions } from './options';
import type { Endpoint } from './registry/resource';
import type { Router } from './router';
import { methodNotAllowed, notFoundResource, pageNotFound } from './status-response';
import { create } from './verbs/create';
import { remove } from './verbs/delete';
import { deleteCollection } from './verbs/delete-collection';
import { get } from './verbs/get';
import { list } from './verbs/list';
import { patch } from './verbs/patch';
import { scale } from './verbs/scale';
import type { Services } from './verbs/services';
import { update } from './verbs/update';
import { virtual } from './verbs/virtual';
import { watch } from './verbs/watch';

/** Dispatcher leads a request that may be served to what serves it. */
export class Dispatcher {
  constructor(
    private readonly services: Services,
    private readonly options: ApiServerOptions,
    private readonly router: Router,
  ) {}

  async dispatch(exchange: Exchange): Promise<ApiResponse> {
    const { info } = exchange;
    const remote = remoteOf(this.options.aggregated, info);
    if (remote) return remote.handle(exchange);
    if (!info.isResourceRequest) return this.router.serve(exchange);
    const hubVersions = exchange.request.headers[HUB_VERSIONS] === 'true';
    const endpoint = this.services.registry.endpoint(info.group, info.version, info.resource, hubVersions);
    if (!endpoint) return this.elsewhere(exchange);
    if (!isServedPath(endpoint, info)) throw notFoundResource();
    exchange.served = info.subresource === '';
    if (info.subresource === '') warnOfDeprecation(exchange, endpoint);
    return info.subresource ? this.subresource(endpoint, exchange) : this.object(endpoint, exchange);
  }

  /** elsewhere answers for resources that no kind declares. */
  private elsewhere(exchange: Exchange): ApiResponse {
    const { group, version } = exchange.info;
    if (this.router.knowsGroup(group) && !this.router.isCustomGroup(group)) throw notFoundResource();
    if (group === '' && version !== '') throw notFoundResource();
    return pageNotFound();
  }

  private object(endpoint: Endpoint, exchange: Exchange): Promise<ApiResponse> | ApiResponse {
    const { services } = this;
    const { info } = exchange;
    const { resource } = endpoint;
    if (!allowsVerb(endpoint, exchange)) throw methodNotAllowed();
    const handler = resource.isVirtual ? this.virtualOf(endpoint.kind) : undefined;
    if (handler) return virtual(services, endpoint, exchange, handler);
    if (resource.isVirtual) throw notFoundResource();
    switch (info.verb) {
      case 'get':
        return get(services, endpoint, exchange);
      case 'list':
        return list(services, endpoint, exchange);
      case 'watch':
        return watch(services, endpoint, exchange);
      case 'create':
        return create(services, endpoint, exchange);
      case 'update':
        return update(services, endpoint, exchange, endpoint.kind.strategy, '');
      case 'patch':
        return patch(services, endpoint, exchange, endpoint.kind.strategy, '');
      case 'delete':
        return remove(services, endpoint, exchange);
      case 'deletecollection':
        return deleteCollection(services, endpoint, exchange);
      default:
        throw methodNotAllowed();
    }
  }

  private virtualOf({ resource }: KindDefinition) {
    return this.options.virtual.get(resource.group ? `${resource.resource}.${resource.group}` : resource.resource);
  }

  private subresource(endpoint: Endpoint, exchange: Exchange): Promise<ApiResponse> | ApiResponse {
    const { services } = this;
    const { subresource, verb } = exchange.info;
    const declared = subresourceOf(endpoint, subresource, services.emulated);
    if (!declared) throw endpoint.custom ? notFound(endpoint.target, exchange.info.name) : notFoundResource();
    exchange.served = true;
    if (declared.kind === 'connect') return this.connect(endpoint, exchange, declared.verbs);
    if (!declared.verbs.includes(verb)) throw methodNotAllowed();
    if (declared.kind === 'write') warnOfDeprecation(exchange, endpoint);
    if (declared.kind === 'scale') return scale(services, endpoint, exchange, declared.paths);
    switch (verb) {
      case 'get':
        return get(services, endpoint, exchange);
      case 'update':
        return update(services, endpoint, exchange, declared.strategy, subresource);
      default:
        return patch(services, endpoint, exchange, declared.strategy, subresource);
    }
  }

  private async connect(endpoint: Endpoint, exchange: Exchange, verbs: readonly string[]): Promise<ApiResponse> {
    const { group, resource } = endpoint.kind.resource;
    const { subresource, verb, name } = exchange.info;
    // HEAD and OPTIONS go through a proxy although discovery does not list them.
    if (!verbs.includes(verb) && !(subresource === 'proxy' && verb === '')) throw methodNotAllowed();
    const handler = this.options.subresources.get(`${resource}${group ? `.${group}` : ''}/${subresource}`);
    if (!handler)
      throw name
        ? internalError(new Error(`${resource}/${subresource} has no handler`))
        : notFound(endpoint.target, name);
    return handler(exchange);
  }
}

/** Declared is a subresource that an endpoint has. */
export type Declared =
  | { readonly kind: 'write'; readonly verbs: readonly string[]; readonly strategy: Strategy<AnyObject> }
  | { readonly kind: 'scale'; readonly verbs: readonly string[]; readonly paths: ScalePaths }
  | { readonly kind: 'connect'; readonly verbs: readonly string[] };

const writeVerbs = ['get', 'patch', 'update'];

/** subresourceOf finds what a kind declares for a subresource in a release; undefined: there is no such path. */
export function subresourceOf(endpoint: Endpoint, name: string, emulated: number): Declared | undefined {
  const { subresources } = endpoint.kind;
  const own = endpoint.version.subresources;
  if (!subresources || (own && !own.includes(name))) return undefined;
  if (name === 'status')
    return subresources.status && { kind: 'write', verbs: writeVerbs, strategy: subresources.status };
  if (name === 'scale' && subresources.scale) return { kind: 'scale', verbs: writeVerbs, paths: subresources.scale };
  const write = subresources.writes && Object.hasOwn(subresources.writes, name) ? subresources.writes[name] : undefined;
  if (write && emulated >= (write.since ?? 0)) return { kind: 'write', verbs: write.verbs, strategy: write.strategy };
  const connect =
    subresources.connects && Object.hasOwn(subresources.connects, name) ? subresources.connects[name] : undefined;
  return connect && emulated >= (connect.since ?? 0) ? { kind: 'connect', verbs: connect.verbs } : undefined;
}

/** isServedPath: a namespaced object is found in its namespace only, a cluster-scoped one in none. */
function isServedPath(endpoint: Endpoint, info: RequestInfo): boolean {
  const { namespaced } = endpoint.resource;
  const isNamespaceItself = endpoint.kind.resource.resource === 'namespaces' && endpoint.kind.resource.group === '';
  if (!namespaced) return !info.namespace || isNamespaceItself;
  const ofObject =
    info.name !== '' && info.verb !== 'list' && info.verb !== 'watch' && info.verb !== 'deletecollection';
  return info.namespace !== '' || (!ofObject && info.subresource === '');
}

/** allowsVerb tells whether the kind has the verb at this path: 405 else. */
function allowsVerb(endpoint: Endpoint, { info, request }: Exchange): boolean {
  const { namespaced, verbs } = endpoint.resource;
  // Across all namespaces there is nothing but reading.
  if (namespaced && !info.namespace && info.verb !== 'list' && info.verb !== 'watch') return false;
  if (info.verb === 'create' && info.name) return false;
  if ((info.verb === 'update' || info.verb === 'patch') && !info.name) return false;
  if (info.verb === 'get' && request.method === 'HEAD') return verbs.has('get');
  return verbs.has(info.verb);
}

/** warnOfDeprecation tells the client, and the audit record, that a version is going to go. */
function warnOfDeprecation(exchange: Exchange, { warning, version }: Endpoint): void {
  if (!warning) return;
  exchange.warn(warning);
  exchange.annotate('k8s.io/deprecated', 'true');
  if (version.deprecated?.removed) exchange.annotate('k8s.io/removed-release', version.deprecated.removed);
}
