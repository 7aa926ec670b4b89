import type { EtcdStore } from '../etcd3/store';
import { futureRevision, tooLarge } from '../etcd3/errors';
import type {
  Entry,
  ListOptions,
  ListResult,
  ObjectPath,
  ReadOptions,
  ResourceStorageConfig,
  Revision,
  Storage,
  Watch,
  WatchOptions,
  WatchSink,
} from '../interface';
import { keyOf } from '../keys';
import type { ResourceCache } from './resource-cache';
import type { WatchCache } from './watch-cache';

/**
 * CachedStore is the Storage that reads and watches from the watch cache and writes to etcd, with the cached state as its first guess.
 * A consistent read asks etcd for its revision only, and falls back to reading from etcd if the cache does not get there in time.
 */
export class CachedStore implements Storage {
  constructor(
    private readonly cache: ResourceCache,
    private readonly keyspace: WatchCache,
    private readonly etcd: EtcdStore,
  ) {}

  get config(): ResourceStorageConfig {
    return this.etcd.config;
  }

  async get(path: ObjectPath, options: ReadOptions = {}): Promise<Entry | undefined> {
    const key = keyOf(this.config, path);
    return (await this.fresh(options)) ? this.cache.get(key) : this.etcd.get(path, options);
  }

  async list(options: ListOptions): Promise<ListResult> {
    const past = options.exactly ?? (options.continueAfter?.revision || undefined);
    if (past !== undefined) return this.listAt(options, past);
    return (await this.fresh(options)) ? this.cache.list(options) : this.etcd.list(options);
  }

  async watch(options: WatchOptions, sink: WatchSink): Promise<Watch> {
    const { after, sendInitialEvents } = options;
    const initial = !after || sendInitialEvents === true;
    if (initial) await this.freshOrThrow(after);
    else await this.keyspace.loaded(this.config.prefix);
    return this.cache.watch(options, sink, initial);
  }

  create(path: ObjectPath, object: object): Promise<Entry | undefined> {
    return this.etcd.create(path, object);
  }

  guaranteedUpdate(path: ObjectPath, update: (current: Entry | undefined) => Promise<object> | object): Promise<Entry> {
    return this.etcd.guaranteedUpdate(path, update, this.cache.get(keyOf(this.config, path)));
  }

  delete(path: ObjectPath, check?: (current: Entry) => Promise<void> | void): Promise<Entry | undefined> {
    return this.etcd.delete(path, check, this.cache.get(keyOf(this.config, path)));
  }

  revision(signal?: AbortSignal): Promise<Revision> {
    return this.keyspace.etcdRevision(signal);
  }

  count(): number {
    return this.cache.size;
  }

  watchers(path: ObjectPath): number {
    return this.cache.watchersOf(path);
  }

  /** listAt answers a past state: from the changes the cache remembers, or by etcd. */
  private async listAt(options: ListOptions, revision: Revision): Promise<ListResult> {
    await this.keyspace.loaded(this.config.prefix, options.signal);
    if (revision > this.cache.revision && !(await this.keyspace.reached(revision, options.signal))) {
      throw futureRevision();
    }
    return this.cache.listAt(options, revision) ?? this.etcd.list(options);
  }

  /** fresh waits until the cache is as fresh as asked. False: etcd is ahead and its events do not come, so ask etcd itself. */
  private async fresh({ atLeast, signal, limit }: ReadOptions & Pick<ListOptions, 'limit'>): Promise<boolean> {
    await this.keyspace.loaded(this.config.prefix, signal);
    const wanted = atLeast ?? (await this.keyspace.etcdRevision(signal));
    if (this.cache.revision >= wanted || (await this.keyspace.reached(wanted, signal))) {
      // A reload may have begun in the meantime.
      await this.keyspace.loaded(this.config.prefix, signal);
      return true;
    }
    if (atLeast !== undefined) throw tooLarge(atLeast, this.cache.revision, limit);
    this.keyspace.restartFeed();
    return false;
  }

  private async freshOrThrow(atLeast: Revision | undefined): Promise<void> {
    if (!(await this.fresh({ ...(atLeast !== undefined && { atLeast }) }))) {
      throw tooLarge(await this.keyspace.etcdRevision(), this.cache.revision);
    }
  }
}
