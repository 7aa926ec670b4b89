import type { ApiResponse } from '@navarch/apimachinery';
import type { Exchange } from './chain/exchange';
import type { Discovery } from './discovery/discovery';
import type { Route } from './interfaces';
import type { OpenApi } from './openapi/openapi';
import { acceptsRoute, notRouted } from './negotiate';
import { methodNotAllowed, notFoundResource, pageNotFound, pathsResponse } from './status-response';

/** Router serves what is no resource request: discovery, OpenAPI, and the app's routes, of which the longest prefix wins. */
export class Router {
  private readonly exact = new Map<string, Route>();
  private readonly prefixes: readonly Route[];
  /** services are the routes of one path that produce media types by name: they are served with a slash behind them too, and nothing is below. */
  private readonly services: readonly Route[];

  constructor(
    routes: readonly Route[],
    private readonly discovery: Discovery,
    private readonly openApi: OpenApi,
    private readonly notFoundPaths: (all: readonly string[]) => readonly string[] | undefined = all => all,
  ) {
    for (const route of routes) this.exact.set(route.path, route);
    this.services = routes.filter(r => r.produces && !r.prefix);
    for (const route of this.services) this.exact.set(`${route.path}/`, route);
    this.prefixes = routes.filter(r => r.prefix).sort((a, b) => b.path.length - a.path.length);
  }

  knowsGroup(group: string): boolean {
    return this.discovery.hasGroup(group);
  }
  isCustomGroup(group: string): boolean {
    return this.discovery.isCustom(group);
  }

  async serve(exchange: Exchange): Promise<ApiResponse> {
    const { path } = exchange.request;
    const route =
      this.exact.get(path) ?? this.prefixes.find(r => path.startsWith(r.path.endsWith('/') ? r.path : `${r.path}/`));
    if (route) {
      const { method, headers } = exchange.request;
      if (route.methods && !route.methods.includes(method)) throw methodNotAllowed();
      if (route.produces && headers['accept'] && !acceptsRoute(headers['accept'], route.produces)) throw notRouted();
      return route.handle(exchange);
    }
    if (this.services.some(service => path.startsWith(`${service.path}/`))) throw notFoundResource();
    const document = this.discovery.serve(exchange) ?? this.openApi.serve(exchange);
    if (document) return document();
    if (path === '/' || path === '/index.html') return pathsResponse(200, this.paths());
    const paths = this.notFoundPaths(this.paths());
    return paths ? pathsResponse(404, paths) : pageNotFound();
  }

  /** paths are all that the root lists. */
  private paths(): string[] {
    const own = [...this.exact.values()]
      .filter(route => !route.unlisted && route.path !== '/')
      .map(route => route.path);
    return [...new Set([...own, ...this.discovery.paths(), ...this.openApi.paths()])].sort();
  }
}
