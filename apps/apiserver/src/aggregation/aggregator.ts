import { Endpoints, Services, type apiregistrationv1, type corev1 } from '@navarch/api';
import { deepEqual } from '@navarch/apimachinery';
import type { AggregatedApis, Store } from '@navarch/apiserver-runtime';
import { Counter, Gauge, type Clock, type Logger, type Registry } from '@navarch/base';
import { createWorkQueue, type Informer, type InformerFactory, type WorkQueue } from '@navarch/client';
import type { AnnouncedVersion } from '@navarch/kinds';
import type { Credentials } from '../credentials/credentials';
import { serviceResolver } from '../proxy/service-resolver';
import { LOCAL, announcedVersion, withAvailability, type Availability } from './api-service';
import { backendAvailability } from './availability';
import { ProxiedApi } from './remote-api';
import { runWorkers } from './work';

type APIService = apiregistrationv1.APIService;

/** RECHECK_MS is how often an API that is there is asked again; one that is not is asked earlier, with growing pauses up to that. */
const RECHECK_MS = 30_000;
const WORKERS = 5;

export interface AggregatorParts {
  readonly informers: InformerFactory;
  readonly apiServices: Informer<APIService>;
  readonly store: () => Store<APIService>;
  readonly proxyClient: Credentials['proxyClient'];
  readonly metrics: Registry;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Aggregator knows the API servers that APIServices with a Service announce. It finds out whether they are there, by the events
 * of Services and Endpoints and by asking, writes that into their status, and keeps what discovery and OpenAPI show of them.
 */
export class Aggregator implements AggregatedApis {
  generation = 0;
  openApiGeneration = 0;
  readonly remotes = new Map<string, ProxiedApi>();
  private known: readonly AnnouncedVersion[] | undefined;
  private backends:
    { readonly services: Informer<corev1.Service>; readonly endpoints: Informer<corev1.Endpoints> } | undefined;
  private readonly queue: WorkQueue;
  private readonly unavailable: Gauge;
  private readonly failures: Counter;

  constructor(private readonly parts: AggregatorParts) {
    const { clock, metrics } = parts;
    this.queue = createWorkQueue({ clock, initialMs: 200, maxMs: RECHECK_MS });
    this.unavailable = new Gauge({
      name: 'aggregator_unavailable_apiservice',
      help: 'APIServices that are marked as unavailable',
      labelNames: ['name'],
      registers: [metrics],
    });
    this.failures = new Counter({
      name: 'aggregator_unavailable_apiservice_total',
      help: 'How often APIServices were found unavailable, by reason',
      labelNames: ['name', 'reason'],
      registers: [metrics],
    });
    parts.proxyClient.onChange(() => {
      for (const { connection } of this.remotes.values()) connection.renew();
    });
  }

  get announced(): readonly AnnouncedVersion[] {
    return (this.known ??= this.parts.apiServices.list().map(announcedVersion));
  }

  /** follow learns of the APIServices there are, and of each change. They must have synced. */
  follow(): Disposable {
    return this.parts.apiServices.addHandler({
      added: service => this.set(service, undefined),
      updated: (old, service) => this.set(service, old),
      deleted: service => this.remove(service),
    });
  }

  /** run keeps the conditions and documents of the other servers up to date until signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await runWorkers(this.queue, WORKERS, name => this.sync(name, signal), this.parts.log, signal);
    for (const { connection } of this.remotes.values()) connection.renew();
  }

  private set(service: APIService, old: APIService | undefined): void {
    const name = service.metadata?.name ?? '';
    const present = this.remotes.get(name);
    // Whatever somebody writes into a status, what is found out stands there in the end.
    if (!old || !deepEqual(old, service)) this.queue.add(name);
    if (old && deepEqual(old.spec, service.spec)) {
      if (present) present.apiService = service;
      return;
    }
    this.remove(service);
    if (service.spec?.service) {
      const { proxyClient } = this.parts;
      const backends = this.watchBackends();
      const resolve = serviceResolver(
        () => backends.services,
        () => backends.endpoints,
      );
      this.remotes.set(name, new ProxiedApi(service, { resolve, proxyClient }));
    }
    this.changed();
  }

  private remove(service: APIService): void {
    const name = service.metadata?.name ?? '';
    this.remotes.get(name)?.connection.renew();
    if (this.remotes.delete(name)) this.openApiGeneration++;
    this.unavailable.remove({ name });
    this.changed();
  }

  private changed(): void {
    this.known = undefined;
    this.generation++;
  }

  /** watchBackends follows Services and Endpoints, from the first APIService on that needs them. */
  private watchBackends() {
    if (this.backends) return this.backends;
    const { informers } = this.parts;
    const services = informers.informer(Services);
    const endpoints = informers.informer(Endpoints);
    const look = ({ metadata }: corev1.Service | corev1.Endpoints) => {
      for (const [name, { connection }] of this.remotes) {
        const { namespace, name: service } = connection.service;
        if (namespace === metadata?.namespace && service === metadata.name) this.queue.add(name);
      }
    };
    const handler = { added: look, updated: (_old: unknown, now: corev1.Service) => look(now), deleted: look };
    services.addHandler(handler);
    endpoints.addHandler(handler);
    return (this.backends = { services, endpoints });
  }

  private async sync(name: string, signal: AbortSignal): Promise<void> {
    const api = this.remotes.get(name);
    if (!api) return this.recordLocal(name);
    const { services, endpoints } = this.watchBackends();
    await Promise.all([services.synced(signal), endpoints.synced(signal)]);
    const { namespace, name: service } = api.connection.service;
    const found =
      backendAvailability(
        api.connection.service,
        services.get(namespace, service),
        endpoints.get(namespace, service),
      ) ?? (await api.check());
    if (this.remotes.get(name) !== api) return;
    this.unavailable.set({ name }, found.status === 'True' ? 0 : 1);
    await this.record(name, api.apiService, found);
    if (found.status !== 'True') {
      if (api.goStale()) this.generation++;
      // Events bring it back at once where they tell of it; a server that fails by itself is asked again.
      if (found.reason === 'FailedDiscoveryCheck') throw new Error(found.message);
      return;
    }
    const changes = await api.refresh().catch((error: unknown) => {
      if (api.goStale()) this.generation++;
      throw error;
    });
    if (changes.discovery) this.generation++;
    if (changes.openApi) this.openApiGeneration++;
    this.queue.addAfter(name, RECHECK_MS);
  }

  /** recordLocal says of what this server serves itself that it is there. */
  private async recordLocal(name: string): Promise<void> {
    const service = this.parts.apiServices.get('', name);
    if (service && !service.spec?.service) await this.record(name, service, LOCAL);
  }

  private async record(name: string, apiService: APIService, found: Availability): Promise<void> {
    const now = this.parts.clock.now();
    if (!withAvailability(apiService, found, now)) return;
    if (found.status !== 'True') this.failures.inc({ name, reason: found.reason });
    await this.parts.store().update('', name, current => {
      const status = deepEqual(current.spec, apiService.spec) ? withAvailability(current, found, now) : undefined;
      if (status) current.status = status;
    });
  }
}
