import type { Clock, Logger } from '@navarch/base';
import { attributesApart, decodeEntry, type StoredEntry } from '../entry';
import type {
  Entry,
  ListOptions,
  ListResult,
  ObjectPath,
  ReadOptions,
  ResourceStorageConfig,
  Revision,
  Storage,
  StoredObject,
  ValueTransformer,
  Watch,
  WatchOptions,
  WatchSink,
} from '../interface';
import { keyOf } from '../keys';
import { encodeStored } from '../splice';
import type { EtcdClient } from './client';
import { startDirectWatch } from './direct-watch';
import { tooLarge } from './errors';
import type { LeaseManager } from './lease-manager';
import { countOf, listFromEtcd } from './list';
import type { KeyValue } from './messages';
import { OwnWrites, type Arrivals, type Write } from './own-writes';

/** EtcdStoreOptions are what the stores of one backend share. */
export interface EtcdStoreOptions {
  readonly client: EtcdClient;
  readonly leases: LeaseManager;
  readonly transformer: ValueTransformer;
  readonly clock: Clock;
  readonly log: Logger;
  /** closing ends the watches when it aborts. */
  readonly closing: AbortSignal;
  /** arrivals is where the events of a watch arrive that `decodeEvent` reads; none: nobody watches. */
  readonly arrivals?: () => Arrivals | undefined;
  readonly observe?: RequestObserver;
}

/** EtcdOperation is what a request to etcd does with objects. */
export type EtcdOperation = 'get' | 'list' | 'create' | 'update' | 'delete';

/** RequestObserver is told how long a request to etcd took, and of which resource (its key prefix) it was. */
export type RequestObserver = (operation: EtcdOperation, prefix: string, seconds: number) => void;

/** EtcdStore is the Storage that asks etcd for everything: always consistent, one request a read, one transaction a write. */
export class EtcdStore implements Storage {
  private readonly own = new OwnWrites();

  constructor(
    readonly config: ResourceStorageConfig,
    private readonly options: EtcdStoreOptions,
  ) {}

  async get(path: ObjectPath, { atLeast, signal }: ReadOptions = {}): Promise<Entry | undefined> {
    const answer = await this.observed('get', this.options.client.range({ key: keyOf(this.config, path) }, signal));
    if (atLeast !== undefined && answer.revision < atLeast) throw tooLarge(atLeast, answer.revision);
    return answer.kvs[0] && this.decode(answer.kvs[0]);
  }

  list(options: ListOptions): Promise<ListResult> {
    return this.observed(
      'list',
      listFromEtcd(this.options.client, this.config, kv => this.decode(kv), options),
    );
  }

  watch(options: WatchOptions, sink: WatchSink): Promise<Watch> {
    const { client, clock, log, closing } = this.options;
    const decode = (kv: KeyValue) => this.decode(kv);
    return startDirectWatch(
      { client, clock, log, closing, config: this.config, decode, list: o => this.list(o) },
      options,
      sink,
    );
  }

  async create(path: ObjectPath, object: object): Promise<Entry | undefined> {
    const key = keyOf(this.config, path);
    return (await this.put(key, this.writeOf(object as StoredObject, encodeStored(object)), 0)).entry;
  }

  /** guaranteedUpdate is as in Storage; `guess` is a state that may be stale, tried first to save a read. */
  async guaranteedUpdate(
    path: ObjectPath,
    update: (current: Entry | undefined) => Promise<object> | object,
    guess?: StoredEntry,
  ): Promise<Entry> {
    const key = keyOf(this.config, path);
    let state = new Present(guess ?? (await this.read(key)), guess === undefined);
    for (;;) {
      let result: object;
      try {
        result = await update(state.entry);
      } catch (error) {
        // A stale guess may be the only reason of the failure: see whether the real state is another.
        const real = state.certain ? undefined : await this.read(key);
        if (state.certain || real?.revision === state.entry?.revision) throw error;
        state = new Present(real, true);
        continue;
      }
      const stored = encodeStored(result);
      if (state.entry && !state.entry.stale && state.entry.storedAs(stored)) {
        if (state.certain) return state.entry;
        const real = await this.read(key);
        if (real?.revision === state.entry.revision) return state.entry;
        state = new Present(real, true);
        continue;
      }
      const { entry, present } = await this.put(
        key,
        this.writeOf(result as StoredObject, stored),
        state.entry?.revision ?? 0,
      );
      if (entry) return entry;
      state = new Present(present, true);
    }
  }

  /** delete is as in Storage; `guess` is a state that may be stale, tried first to save a read. */
  async delete(
    path: ObjectPath,
    check?: (current: Entry) => Promise<void> | void,
    guess?: StoredEntry,
  ): Promise<Entry | undefined> {
    const key = keyOf(this.config, path);
    let state = new Present(guess ?? (await this.read(key)), guess === undefined);
    while (state.entry) {
      try {
        await check?.(state.entry);
      } catch (error) {
        const real = state.certain ? undefined : await this.read(key);
        if (state.certain || real?.revision === state.entry.revision) throw error;
        state = new Present(real, true);
        continue;
      }
      const answer = await this.observed('delete', this.options.client.swap({ key, expected: state.entry.revision }));
      if (answer.done) return state.entry.withRevision(answer.revision);
      state = new Present(answer.present && this.decode(answer.present), true);
    }
    return undefined;
  }

  revision(signal?: AbortSignal): Promise<Revision> {
    return this.options.client.revision(signal);
  }

  count(): Promise<number> {
    return countOf(this.options.client, this.config.prefix);
  }

  /** watchers: there is no cache. */
  watchers(): number {
    return 0;
  }

  /** decode makes an entry of what etcd holds; throws if it cannot be decrypted or is no object. */
  decode(kv: KeyValue): StoredEntry {
    const { value, stale } = this.options.transformer.fromStorage(kv.value, kv.key);
    return decodeEntry(this.config, kv.key, value, kv.revision, stale);
  }

  /** decodeEvent is decode for what a watch brings: the entry of an own write is there already. */
  decodeEvent(kv: KeyValue): StoredEntry {
    const own = this.own.take(kv.key, kv.revision);
    if (own) return own;
    const entry = this.decode(kv);
    this.own.recognize(entry);
    return entry;
  }

  private async read(key: string): Promise<StoredEntry | undefined> {
    const answer = await this.observed('get', this.options.client.range({ key }));
    return answer.kvs[0] && this.decode(answer.kvs[0]);
  }

  private writeOf(object: StoredObject, stored: Buffer): Write {
    const attributes = attributesApart(this.config, object);
    return { stored, attributes, ttlSeconds: this.config.ttlSeconds?.(object) };
  }

  /** put writes if the key is at the expected revision; else it answers the present state. */
  private async put(
    key: string,
    write: Write,
    expected: Revision,
  ): Promise<{ entry?: StoredEntry; present?: StoredEntry }> {
    const { client, leases, transformer } = this.options;
    const lease = write.ttlSeconds ? await leases.leaseFor(write.ttlSeconds) : undefined;
    const value = transformer.toStorage(write.stored, key);
    const swap = () => client.swap({ key, expected, value, ...(lease && { lease }) });
    const answer = await this.own.during(key, write, () => this.observed(expected ? 'update' : 'create', swap()));
    if (answer.done) return { entry: this.written(key, write, answer.revision) };
    return answer.present ? { present: this.decode(answer.present) } : {};
  }

  private async observed<T>(operation: EtcdOperation, answer: Promise<T>): Promise<T> {
    const { observe } = this.options;
    if (!observe) return answer;
    const begun = performance.now();
    try {
      return await answer;
    } finally {
      observe(operation, this.config.prefix, (performance.now() - begun) / 1000);
    }
  }

  /** written is the entry of a write that was done. It is made once, by the answer or by the event, whichever comes first. */
  private written(key: string, { stored, attributes }: Write, revision: Revision): StoredEntry {
    const arrivals = this.options.arrivals?.();
    const arrived = arrivals?.get(key);
    if (arrived?.revision === revision) return arrived;
    const entry = decodeEntry(this.config, key, stored, revision);
    if (arrivals && arrivals.revision < revision) {
      entry.know(attributes);
      this.own.add(entry);
    }
    return entry;
  }
}

/** Present is an object's state as an update sees it. */
class Present {
  constructor(
    readonly entry: StoredEntry | undefined,
    /** certain: it was read from etcd, not guessed. */
    readonly certain: boolean,
  ) {}
}
