import {
  HUB_VERSIONS,
  badRequest,
  internalError,
  notFound,
  type AnyObject,
  type ApiResponse,
  type StatusError,
} from '@navarch/apimachinery';
import type { KindDefinition, ScalePaths, Strategy } from '@navarch/kinds';
import { remoteOf } from './aggregation';
import type { Exchange } from './chain/exchange';
import type { ServerMetrics } from './chain/metrics';
import type { RequestInfo } from './interfaces';
import { checkRoute } from './negotiate';
import type { ApiServerOptions } from './options';
import type { Endpoint } from './registry/resource';
import type { Router } from './router';
import { methodNotAllowed, methodNotSupported, notFoundResource, pageNotFound } from './status-response';
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
    if (!info.isResourceRequest || info.path.startsWith('//')) return this.router.serve(exchange);
    if (info.verb === 'proxy' || isTorn(info)) throw notFoundResource();
    const hubVersions = exchange.request.headers[HUB_VERSIONS] === 'true';
    const endpoint = this.services.registry.endpoint(info.group, info.version, info.resource, hubVersions);
    if (!endpoint) return this.elsewhere(exchange);
    if (!isServedPath(endpoint, info)) {
      if (endpoint.custom) return pageNotFound();
      throw noPath(endpoint, exchange);
    }
    exchange.served = info.subresource === '';
    return info.subresource ? this.subresource(endpoint, exchange) : this.object(endpoint, exchange);
  }

  /** elsewhere answers for resources that no kind declares. */
  private elsewhere(exchange: Exchange): ApiResponse {
    const { group, version, path } = exchange.info;
    if (this.router.knowsGroup(group) && !this.router.isCustomGroup(group)) throw notFoundResource();
    if (group === '' && version !== '' && !path.startsWith('/apis/')) throw notFoundResource();
    return pageNotFound();
  }

  private object(endpoint: Endpoint, exchange: Exchange): Promise<ApiResponse> | ApiResponse {
    const { services } = this;
    const { info } = exchange;
    const { resource } = endpoint;
    if (info.verb === 'watch' && !resource.verbs.has('watch') && WATCH_PATH.test(info.path)) throw notFoundResource();
    if (info.verb === 'watch' && resource.verbs.has('list') && !resource.verbs.has('watch')) {
      warnOfDeprecation(exchange, endpoint, this.services.metrics);
      throw methodNotSupported(endpoint.target, 'watch');
    }
    checkVerb(endpoint, exchange);
    warnOfDeprecation(exchange, endpoint, this.services.metrics);
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
    if (!endpoint.custom && isBeyond(exchange.info)) throw notFoundResource();
    exchange.served = true;
    if (declared.kind === 'connect') return this.connect(endpoint, exchange, declared.verbs);
    if (!declared.verbs.includes(verb) || !hasRoute(endpoint, exchange))
      throw endpoint.custom ? methodNotSupported(endpoint.target, verb) : methodNotAllowed();
    if (declared.kind === 'write') warnOfDeprecation(exchange, endpoint, this.services.metrics);
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
    const isProxied = subresource === 'proxy' && PROXIED.has(exchange.request.method);
    if (!isProxied && (!verbs.includes(verb) || !hasRoute(endpoint, exchange))) throw methodNotAllowed();
    if (CONNECTIONS.has(subresource) && exchange.query.has('dryRun')) throw badRequest('dryRun is not supported');
    const handler = this.options.subresources.get(`${resource}${group ? `.${group}` : ''}/${subresource}`);
    if (!handler)
      throw name
        ? internalError(new Error(`${resource}/${subresource} has no handler`))
        : notFound(endpoint.target, name);
    return handler(exchange);
  }
}

/** PROXIED are the methods that reach what is behind a proxy beside those that discovery knows. */
const PROXIED: ReadonlySet<string> = new Set(['HEAD', 'OPTIONS']);
/** CONNECTIONS are the subresources that lead to somebody else, where nothing can be tried only. */
const CONNECTIONS: ReadonlySet<string> = new Set(['attach', 'exec', 'portforward', 'proxy']);

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
  const { resource, group } = endpoint.kind.resource;
  const isNamespaceItself = resource === 'namespaces' && group === '' && info.name === info.namespace;
  if (!namespaced) return !info.namespace || isNamespaceItself;
  if (endpoint.custom) return info.namespace !== '' || ALL.includes(info.verb);
  return info.namespace !== '' || (!isOfObject(info) && info.subresource === '');
}

/** noPath is the answer for a path that leads to no object: where only its namespace is missing that is said, if there is a method at all. */
function noPath({ resource }: Endpoint, { info, request }: Exchange): StatusError {
  if (!resource.namespaced || !info.path.includes('/namespaces//')) return notFoundResource();
  const isMethod = OBJECT.includes(info.verb) && request.method !== 'HEAD';
  return isMethod ? badRequest('Namespace parameter required.') : methodNotAllowed();
}

/** isOfObject: the path names one object. */
function isOfObject({ name, verb }: RequestInfo): boolean {
  return name !== '' && verb !== 'list' && verb !== 'watch' && verb !== 'deletecollection';
}

/** isTorn: an escaped slash in a name would be another path. */
function isTorn({ path, namespace, resource, name, subresource }: RequestInfo): boolean {
  return path.includes('%') && [namespace, resource, name, subresource].some(part => part.includes('/'));
}

/** isBeyond: nothing is below a subresource but what is proxied, and no subresource is watched by its path. */
function isBeyond({ path, rest, subresource }: RequestInfo): boolean {
  return (subresource !== 'proxy' && rest.length > 1) || WATCH_PATH.test(path);
}

/** WATCH_PATH is how paths say that something is watched that have no parameter for it. */
const WATCH_PATH = /^\/api(s\/[^/]+)?\/[^/]+\/watch\//;

/** OBJECT, COLLECTION and ALL are the verbs that may be served at an object, at a collection, and across all namespaces. */
const OBJECT = ['get', 'update', 'patch', 'delete'];
const COLLECTION = ['list', 'watch', 'create', 'deletecollection'];
const ALL = ['list', 'watch'];

/**
 * checkVerb throws 404 where the kind has nothing at this path, 405 where it has another verb. Custom resources are led by their verb
 * alone: what a write lacks it says itself, and a name in the path of a new object counts for nothing.
 */
function checkVerb(endpoint: Endpoint, exchange: Exchange): void {
  const { info } = exchange;
  if (endpoint.custom) {
    if (endpoint.resource.verbs.has(info.verb)) return;
    throw methodNotSupported(endpoint.target, info.verb);
  }
  const { namespaced, verbs } = endpoint.resource;
  const isOfAll = namespaced && !info.namespace && !isCreateNowhere(info);
  const routes = isOfObject(info) ? OBJECT : isOfAll ? ALL : COLLECTION;
  if (!routes.some(verb => verbs.has(verb))) throw notFoundResource();
  if (!routes.includes(info.verb) || !verbs.has(info.verb) || !hasRoute(endpoint, exchange)) throw methodNotAllowed();
}

/** isCreateNowhere: a client that forgot its namespace is told so by the validation of what it wants to create. */
const isCreateNowhere = ({ verb, path }: RequestInfo): boolean => verb === 'create' && path.includes('/namespaces//');

/**
 * hasRoute: built-in kinds are read by GET alone, although HEAD means `get` and any method below `/watch/` means `watch` to whoever
 * authorizes it. What is proxied decides itself.
 */
function hasRoute({ custom }: Endpoint, { info, request }: Exchange): boolean {
  const isRead = info.verb === 'get' || info.verb === 'list' || info.verb === 'watch';
  return !isRead || request.method === 'GET' || !!custom || info.subresource === 'proxy';
}

/** warnOfDeprecation tells the client, the audit record and the metrics that a version is going to go. */
function warnOfDeprecation(
  exchange: Exchange,
  { warning, version, custom }: Endpoint,
  { deprecated }: ServerMetrics,
): void {
  if (!warning) return;
  if (!custom) checkRoute(exchange.request.headers['accept']);
  const { group, resource, subresource } = exchange.info;
  const removed_release = version.deprecated?.removed ?? '';
  deprecated.set({ group, version: version.version, resource, subresource, removed_release }, 1);
  exchange.warn(warning);
  exchange.annotate('k8s.io/deprecated', 'true');
  if (version.deprecated?.removed) exchange.annotate('k8s.io/removed-release', version.deprecated.removed);
}
