import type { corev1 } from '@navarch/api';
import type {
  Entry,
  ListOptions,
  ListResult,
  ObjectPath,
  ReadOptions,
  ResourceStorageConfig,
  Revision,
  Storage,
  StorageBackend,
  Watch,
  WatchOptions,
  WatchSink,
} from '@navarch/storage';
import type { Allocation, ServiceAllocator } from './service-allocator';
import { claimsOf } from './service-claims';

const PREFIX = '/registry/services/specs/';

/** withServiceAllocation is the backend whose Services get their addresses and ports as they are written, after validation. */
export function withServiceAllocation(backend: StorageBackend, allocator: () => ServiceAllocator): StorageBackend {
  return {
    storage: config =>
      config.prefix === PREFIX ? new ServiceStorage(backend.storage(config), allocator) : backend.storage(config),
    release: prefix => backend.release(prefix),
    transform: (prefix, transformer) => backend.transform(prefix, transformer),
    ready: signal => backend.ready(signal),
    healthy: signal => backend.healthy(signal),
    size: signal => backend.size(signal),
    close: () => backend.close(),
  };
}

/** ServiceStorage takes numbers before a write and gives back what is no longer held after it; a failed write takes nothing. */
class ServiceStorage implements Storage {
  readonly config: ResourceStorageConfig;

  constructor(
    private readonly inner: Storage,
    private readonly allocator: () => ServiceAllocator,
  ) {
    this.config = inner.config;
  }

  async create(key: ObjectPath, object: object): Promise<Entry | undefined> {
    const allocation = await this.allocator().allocate(undefined, object as corev1.Service);
    let entry: Entry | undefined;
    try {
      entry = await this.inner.create(key, allocation.service);
    } finally {
      if (!entry) await allocation.rollback();
    }
    return entry;
  }

  async guaranteedUpdate(
    key: ObjectPath,
    update: (current: Entry | undefined) => Promise<object> | object,
  ): Promise<Entry> {
    let allocation: Allocation | undefined;
    try {
      const entry = await this.inner.guaranteedUpdate(key, async current => {
        await allocation?.rollback();
        allocation = undefined;
        const next = (await update(current)) as corev1.Service;
        allocation = await this.allocator().allocate(current?.object() as corev1.Service | undefined, next);
        return allocation.service;
      });
      await allocation?.commit();
      return entry;
    } catch (error) {
      await allocation?.rollback();
      throw error;
    }
  }

  async delete(key: ObjectPath, check?: (current: Entry) => Promise<void> | void): Promise<Entry | undefined> {
    const last = await this.inner.delete(key, check);
    if (last) await this.allocator().release(claimsOf(last.object() as corev1.Service));
    return last;
  }

  get(key: ObjectPath, options?: ReadOptions): Promise<Entry | undefined> {
    return this.inner.get(key, options);
  }
  list(options: ListOptions): Promise<ListResult> {
    return this.inner.list(options);
  }
  watch(options: WatchOptions, sink: WatchSink): Promise<Watch> {
    return this.inner.watch(options, sink);
  }
  revision(signal?: AbortSignal): Promise<Revision> {
    return this.inner.revision(signal);
  }
  count(): number | Promise<number> {
    return this.inner.count();
  }

  watchers(key: ObjectPath): number {
    return this.inner.watchers(key);
  }
}
