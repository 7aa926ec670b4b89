import { setMaxListeners } from 'node:events';
import type { ResourceToken } from '@navarch/api';
import { groupResourceName, type KubeObject } from '@navarch/apimachinery';
import { AdmissionChain } from './admission';
import { Deadlines } from './chain/deadline';
import { Chain } from './chain/chain';
import { MaxInFlight } from './chain/max-in-flight';
import { exposeObjects, ServerMetrics } from './chain/metrics';
import { Discovery } from './discovery/discovery';
import { Dispatcher } from './dispatch';
import { populationOf } from './registry/population';
import { OpenApi } from './openapi/openapi';
import { defaultLimits, type ApiServer, type ApiServerOptions, type FieldManager, type Store } from './options';
import { Registry } from './registry/registry';
import { Router } from './router';
import { ResourceStore } from './store';
import { Upgrades } from './upgrades';
import type { Services } from './verbs/services';

const DRAIN_TIMEOUT_MS = 60_000;

/** createApiServer puts an API server together. Nothing runs until a front hands it requests; nothing has to be stopped but by drain. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const limits = { ...defaultLimits, ...options.limits };
  const { backend, emulated, allowPrivileged = true, clock, log, authenticators, authorizers } = options;
  const metrics = new ServerMetrics(options.metrics, emulated);
  const registry = new Registry({
    backend,
    emulated,
    virtual: options.virtual,
    ...(options.offered && { offered: options.offered }),
  });
  for (const kind of options.kinds) registry.add(kind);
  exposeObjects(options.metrics, emulated, () => objectsOf(registry));
  const stopping = new AbortController();
  // Each watch listens.
  setMaxListeners(0, stopping.signal);
  const admission = new AdmissionChain(options.admission, metrics.admission);
  const services: Services = {
    ...{ registry, admission, emulated, allowPrivileged, limits, clock, log, metrics },
    stopping: stopping.signal,
  };
  const served = { registry, emulated, aggregated: options.aggregated };
  const discovery = new Discovery(served, options.advertiseAddress ?? 'localhost:6443');
  const router = new Router(options.routes, discovery, new OpenApi(served, options.routes), options.notFoundPaths);
  const dispatcher = new Dispatcher(services, options, router);
  const chain = new Chain({
    authenticators,
    authorizers,
    flow:
      options.flow ??
      new MaxInFlight({ mutating: limits.maxMutatingRequestsInflight, readOnly: limits.maxRequestsInflight }),
    deadlines: new Deadlines(emulated, limits.requestTimeoutMs),
    clock,
    log,
    metrics,
    audit: options.audit,
    emulated,
    namesRequests: emulated >= 21,
    dispatch: exchange => dispatcher.dispatch(exchange),
  });
  const upgrades = new Upgrades(chain, registry, options);
  const stores = new Map<string, Store<KubeObject>>();
  return {
    handler: chain.handle,
    handleUpgrade: (request, socket, head, user) => upgrades.handle(request, socket, head, user),
    registry,
    population: populationOf(registry),
    store<T extends KubeObject>(token: ResourceToken<T>, owner?: FieldManager): Store<T> {
      const key = `${token.group}/${token.resource}/${owner?.manager ?? ''}/${owner?.subresource ?? ''}`;
      let store = stores.get(key);
      if (!store) stores.set(key, (store = new ResourceStore(services, token, owner)));
      return store as unknown as Store<T>;
    },
    ready: async signal => {
      // The caches have to know what there is before they can be ready.
      for (const endpoint of registry.all) if (!endpoint.resource.isVirtual) void endpoint.resource.storage;
      await backend.ready(signal);
    },
    admit: (attributes, check) => admission.both(attributes, check),
    get draining() {
      return stopping.signal.aborted;
    },
    async drain(timeoutMs = DRAIN_TIMEOUT_MS) {
      stopping.abort();
      const patience = new AbortController();
      const late = clock.sleep(timeoutMs, patience.signal).catch(() => undefined);
      await Promise.race([chain.drained(), late]);
      patience.abort();
    },
  };
}

/** objectsOf counts the objects of each resource whose number is known. */
function* objectsOf(registry: Registry): Iterable<readonly [string, number]> {
  for (const resource of new Set(registry.all.map(endpoint => endpoint.resource))) {
    const count = resource.isVirtual ? undefined : resource.storage.count();
    if (typeof count === 'number') yield [groupResourceName(resource.kind.resource), count];
  }
}
