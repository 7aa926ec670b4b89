import { StatusError, isExpired } from '@navarch/apimachinery';
import { Backoff, describe, type Clock, type Logger } from '@navarch/base';
import { BOOKMARK_MS } from '../bookmarks';
import { EVERYTHING, type EtcdClient } from '../etcd3/client';
import type { EtcdStore } from '../etcd3/store';
import type { EtcdWatchResponse } from '../etcd3/wire';
import type { ResourceStorageConfig, Revision } from '../interface';
import { abortable } from '../abortable';
import type { CacheWatcher } from './cache-watcher';
import type { RingLimits } from './change-ring';
import { loadResource } from './load';
import { ResourceCache } from './resource-cache';
import { RevisionGate } from './revision-gate';
import { SharedRead } from './shared-read';

export interface WatchCacheOptions {
  readonly client: EtcdClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ring: RingLimits;
}

interface Resource {
  readonly cache: ResourceCache;
  readonly store: EtcdStore;
  readonly released: AbortController;
  /** loaded resolves with the first complete load; a later reload replaces it. */
  loaded: Promise<void>;
}

/** WAIT_MS is how long a read waits for a revision to come. */
const WAIT_MS = 3_000;
/** PROBE_MS is after how long a silence etcd is asked whether there was anything to say. */
const PROBE_MS = 10_000;

/**
 * WatchCache feeds the caches of all resources from ONE etcd watch, in one total order. The watch is over all of etcd's keys, not only
 * `/registry/`: so every revision arrives as an event, and the cache has reached etcd's revision as soon as that one's event is in, without
 * progress requests (which etcd before 3.4.25 answers ahead of events).
 */
export class WatchCache {
  private readonly resources = new Map<string, Resource>();
  private readonly gate: RevisionGate;
  private readonly shared: SharedRead<Revision>;
  private readonly dirty = new Set<CacheWatcher>();
  private readonly closed = new AbortController();
  /** stream ends the present etcd watch; the loop opens another, perhaps at another member. */
  private stream = new AbortController();
  private flushing = false;
  private running: Promise<unknown> | undefined;
  private begun: Promise<void> | undefined;

  constructor(private readonly options: WatchCacheOptions) {
    this.gate = new RevisionGate(options.clock);
    this.shared = new SharedRead(() => options.client.revision());
  }

  /** start begins feeding; close ends it. */
  start(): void {
    const { signal } = this.closed;
    this.begun = this.begin(signal);
    this.begun.catch(() => undefined);
    const feed = this.begun.then(() => this.feed(signal)).catch(() => undefined);
    this.running = Promise.all([feed, this.sendBookmarks(signal), this.probe(signal)]);
  }

  /** open adds a resource (or finds it) and begins to load it. */
  open(config: ResourceStorageConfig, store: EtcdStore): ResourceCache {
    const known = this.resources.get(config.prefix);
    if (known) return known.cache;
    const { clock, log, ring } = this.options;
    const cache = new ResourceCache({
      ...{ config, clock, log, ring },
      decode: kv => store.decodeEvent(kv),
      fed: () => this.gate.revision,
      flushSoon: watcher => this.flushSoon(watcher),
    });
    const resource: Resource = { cache, store, released: new AbortController(), loaded: Promise.resolve() };
    this.resources.set(config.prefix, resource);
    this.load(resource);
    return cache;
  }

  /** release forgets a resource. */
  release(prefix: string): void {
    const resource = this.resources.get(prefix);
    this.resources.delete(prefix);
    resource?.released.abort(unavailable('the resource was removed'));
    resource?.cache.endWatches();
  }

  /** ready resolves when all resources opened so far are loaded. */
  async ready(signal?: AbortSignal): Promise<void> {
    await abortable(
      Promise.all([this.begun, ...[...this.resources.values()].map(resource => resource.loaded)]),
      signal,
    );
  }

  /** loaded resolves when a resource can be read. */
  async loaded(prefix: string, signal?: AbortSignal): Promise<void> {
    const resource = this.resources.get(prefix);
    if (!resource) throw unavailable(`${prefix} was removed`);
    await abortable(resource.loaded, signal);
  }

  /** etcdRevision asks etcd for its revision, at or after the time of the call, together with whoever else asks. */
  etcdRevision(signal?: AbortSignal): Promise<Revision> {
    return abortable(this.shared.get(), signal);
  }

  /** reached waits until the cache is at the revision; false if that did not come in three seconds. */
  reached(revision: Revision, signal?: AbortSignal): Promise<boolean> {
    return this.gate.reached(revision, WAIT_MS, signal);
  }

  /** restartFeed opens another etcd watch from where this one got to: it holds back a revision that etcd has. */
  restartFeed(): void {
    this.stream.abort();
  }

  async close(): Promise<void> {
    this.closed.abort(unavailable('the server is shutting down'));
    this.stream.abort();
    await this.running;
    for (const { cache } of this.resources.values()) cache.endWatches();
  }

  private async begin(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({ initialMs: 50, maxMs: 2_000, jitter: 0.5 });
    for (;;) {
      try {
        this.gate.reset(await this.options.client.revision(signal));
        return;
      } catch (error) {
        signal.throwIfAborted();
        this.options.log.warn('etcd does not answer', { err: describe(error) });
        await this.options.clock.sleep(backoff.next(), signal);
      }
    }
  }

  /** feed keeps one etcd watch open, resuming behind the last revision that came. */
  private async feed(signal: AbortSignal): Promise<void> {
    const { client, clock, log } = this.options;
    const backoff = new Backoff({ initialMs: 50, maxMs: 2_000, jitter: 0.5 });
    while (!signal.aborted) {
      this.stream = new AbortController();
      const startRevision = this.gate.revision + 1;
      try {
        await client.watch({ ...EVERYTHING, startRevision, signal: this.stream.signal }, response => {
          backoff.reset();
          this.take(response);
        });
      } catch (error) {
        if (signal.aborted) return;
        if (isExpired(error)) await this.reload('compacted', signal);
        else if (error instanceof WentBack) await this.reloadIfRestored(signal);
        log.v(2, 'the etcd watch broke, resuming', { after: this.gate.revision, err: describe(error) });
        await clock.sleep(backoff.next(), signal).catch(() => undefined);
      }
    }
  }

  /** take applies one response: whole revisions, in order. */
  private take(response: EtcdWatchResponse): void {
    if (response.created && response.storeRevision < this.gate.revision) throw new WentBack();
    for (const event of response.events) this.resourceOf(event.kv.key)?.cache.apply(event);
    const last = response.events.at(-1);
    if (last) this.gate.advance(last.kv.revision);
  }

  /** reloadIfRestored tells a member that lags behind from a store that was restored to an earlier state. */
  private async reloadIfRestored(signal: AbortSignal): Promise<void> {
    const revision = await this.options.client.revision(signal).catch(() => undefined);
    if (revision !== undefined && revision < this.gate.revision)
      await this.reload('restored to an earlier revision', signal);
  }

  /** reload gives up what was fed so far. The caches keep their state, and its revision, until each has loaded anew. */
  private async reload(why: string, signal: AbortSignal): Promise<void> {
    this.options.log.warn('the watch cache begins anew', { etcd: why });
    // The caches must know before the revision jumps, or a reader could take the old contents for the new revision's.
    this.begun = this.begin(signal);
    for (const resource of this.resources.values()) this.load(resource);
    await this.begun.catch(() => undefined);
  }

  private load(resource: Resource): void {
    const signal = AbortSignal.any([this.closed.signal, resource.released.signal]);
    resource.cache.startLoading();
    resource.loaded = Promise.resolve(this.begun).then(() => loadResource(resource, this.options, signal));
    resource.loaded.catch(() => undefined);
  }

  /** resourceOf finds the resource whose prefix a key has; the longest, should they nest. */
  private resourceOf(key: string): Resource | undefined {
    for (let at = key.lastIndexOf('/'); at >= 0; at = at ? key.lastIndexOf('/', at - 1) : -1) {
      const resource = this.resources.get(key.slice(0, at + 1));
      if (resource) return resource;
    }
    return undefined;
  }

  private flushSoon(watcher: CacheWatcher): void {
    this.dirty.add(watcher);
    if (this.flushing) return;
    this.flushing = true;
    setImmediate(() => this.flush());
  }

  private flush(): void {
    this.flushing = false;
    const watchers = [...this.dirty];
    this.dirty.clear();
    for (const watcher of watchers) {
      try {
        watcher.flush();
      } catch (error) {
        this.options.log.error('a watch sink failed', error);
        watcher.stop();
      }
    }
  }

  /**
   * probe finds a feed that hangs: a member that lost its cluster goes on holding the watch and says nothing. When nothing came for
   * a while, etcd is asked for its revision; if that does not arrive, the feed is restarted.
   */
  private async probe(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const before = this.gate.revision;
      await this.options.clock.sleep(PROBE_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      if (this.gate.revision !== before) continue;
      try {
        if (!(await this.reached(await this.etcdRevision(signal), signal))) this.restartFeed();
      } catch (error) {
        this.options.log.v(4, 'cannot probe etcd', { err: describe(error) });
      }
    }
  }

  private async sendBookmarks(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.options.clock.sleep(BOOKMARK_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      for (const { cache } of this.resources.values()) cache.bookmarks();
    }
  }
}

function unavailable(message: string): StatusError {
  return new StatusError(503, 'ServiceUnavailable', message);
}

/** WentBack ends a watch of a member whose revision is lower than what was seen. */
class WentBack extends Error {
  constructor() {
    super('the etcd member is behind what was seen');
  }
}
