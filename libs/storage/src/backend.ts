import { silentLogger, systemClock, type Clock, type Logger } from '@navarch/base';
import { CachedStore } from './cacher/cached-store';
import { DEFAULT_RING, type RingLimits } from './cacher/change-ring';
import type { ResourceCache } from './cacher/resource-cache';
import { WatchCache } from './cacher/watch-cache';
import { identity } from './encryption/transformers';
import type { EtcdTls } from './etcd3/channel';
import { EtcdClient } from './etcd3/client';
import { Compactor } from './etcd3/compactor';
import { LeaseManager } from './etcd3/lease-manager';
import { EtcdStore, type RequestObserver } from './etcd3/store';
import type { ResourceStorageConfig, Storage, StorageBackend, ValueTransformer } from './interface';

/** BackendOptions say which etcd and how. */
export interface BackendOptions {
  readonly endpoints: readonly string[];
  readonly tls?: EtcdTls;
  readonly log?: Logger;
  readonly clock?: Clock;
  /** cached chooses reads and watches from the watch cache (the default) or straight from etcd. */
  readonly cached?: boolean;
  /** timeoutMs bounds each request to etcd; 10 seconds unless given. */
  readonly timeoutMs?: number;
  /** ring bounds what each resource remembers for resuming watchers. */
  readonly ring?: RingLimits;
  /** compactionIntervalMs is five minutes unless given; 0 never compacts. */
  readonly compactionIntervalMs?: number;
  /** observe is told how long each request to etcd for an object or a list took, and of which resource (its key prefix) it was. */
  readonly observe?: RequestObserver;
}

/** createBackend connects to etcd and begins to feed the cache. close it. */
export function createBackend(options: BackendOptions): StorageBackend {
  return new EtcdBackend(options);
}

class EtcdBackend implements StorageBackend {
  private readonly client: EtcdClient;
  private readonly leases: LeaseManager;
  private readonly cache: WatchCache | undefined;
  private readonly stores = new Map<string, Storage>();
  private readonly transformers = new Map<string, ValueTransformer>();
  private readonly closing = new AbortController();
  private readonly compaction: Promise<void>;
  private readonly clock: Clock;
  private readonly log: Logger;

  constructor(private readonly options: BackendOptions) {
    const { clock = systemClock, log = silentLogger, cached = true, compactionIntervalMs = 300_000 } = options;
    this.clock = clock;
    this.log = log;
    this.client = new EtcdClient({ ...options, clock });
    this.leases = new LeaseManager(ttl => this.client.grant(ttl), clock);
    if (cached) {
      this.cache = new WatchCache({ client: this.client, clock, log, ring: options.ring ?? DEFAULT_RING });
      this.cache.start();
    }
    const compactor = new Compactor(this.client, clock, log, compactionIntervalMs);
    this.compaction = compactionIntervalMs ? compactor.run(this.closing.signal) : Promise.resolve();
  }

  storage(config: ResourceStorageConfig): Storage {
    const known = this.stores.get(config.prefix);
    if (known) return known;
    if (!config.prefix.endsWith('/')) throw new Error(`the prefix ${config.prefix} must end with a slash`);
    const { client, leases, clock, log } = this;
    const transformer = this.transformerOf(config.prefix);
    const closing = this.closing.signal;
    const arrivals = (): ResourceCache | undefined => cache;
    const etcd = new EtcdStore(config, {
      ...{ client, leases, clock, log, transformer, closing, arrivals },
      ...(this.options.observe && { observe: this.options.observe }),
    });
    const cache = this.cache?.open(config, etcd);
    const store = cache ? new CachedStore(cache, this.cache!, etcd) : etcd;
    this.stores.set(config.prefix, store);
    return store;
  }

  release(prefix: string): void {
    this.stores.delete(prefix);
    this.cache?.release(prefix);
  }

  transform(prefix: string, transformer: ValueTransformer): void {
    const opened = [...this.stores.keys()].find(known => known.startsWith(prefix));
    if (opened !== undefined) throw new Error(`the storage of ${opened} is open already`);
    this.transformers.set(prefix, transformer);
  }

  async ready(signal?: AbortSignal): Promise<void> {
    if (this.cache) await this.cache.ready(signal);
    else await this.client.revision(signal);
  }

  async healthy(signal?: AbortSignal): Promise<void> {
    await this.client.revision(signal);
  }

  size(signal?: AbortSignal): Promise<number> {
    return this.client.size(signal);
  }

  async close(): Promise<void> {
    this.closing.abort(new Error('the storage was closed'));
    await this.cache?.close();
    await this.compaction;
    this.client.close();
  }

  /** transformerOf is that of the longest prefix that was named. */
  private transformerOf(prefix: string): ValueTransformer {
    const named = [...this.transformers.keys()].filter(known => prefix.startsWith(known));
    const longest = named.sort((a, b) => b.length - a.length)[0];
    return longest === undefined ? identity : this.transformers.get(longest)!;
  }
}
