import { describe, type Clock, type Logger } from '@navarch/base';
import { Change } from '../change';
import type { StoredEntry } from '../entry';
import { tooOld } from '../etcd3/errors';
import type { EtcdEvent, KeyValue } from '../etcd3/messages';
import type {
  ListOptions,
  ListResult,
  ObjectPath,
  ResourceStorageConfig,
  Revision,
  Watch,
  WatchOptions,
  WatchSink,
} from '../interface';
import { matches } from '../keys';
import { CacheWatcher, type WatcherOwner } from './cache-watcher';
import { ChangeRing, type RingLimits } from './change-ring';
import { Contents, pageOf } from './contents';
import { candidatesBefore } from './past';
import { WatcherIndex } from './watcher-index';

export interface ResourceCacheOptions {
  readonly config: ResourceStorageConfig;
  readonly decode: (kv: KeyValue) => StoredEntry;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ring: RingLimits;
  /** fed is the revision up to which the keyspace watch has delivered. */
  readonly fed: () => Revision;
  readonly flushSoon: (watcher: CacheWatcher) => void;
}

/** MAX_WAITING bounds the events that are kept while a resource loads; past it the load begins anew. */
const MAX_WAITING = 50_000;

/**
 * ResourceCache is one resource's part of the watch cache: its objects, its last changes, its watchers. Everything here is synchronous;
 * a list or the start of a watch sees one revision. Invariant: the contents are those at `revision`.
 */
export class ResourceCache implements WatcherOwner {
  private contents: Contents;
  private changes: ChangeRing;
  private readonly watchers: WatcherIndex;
  /** loadedAt is the revision of the load, and while another is under way that of the contents; events up to it are in them already. */
  private loadedAt: Revision = 0;
  /** waiting has the events that came since the load began; undefined once it is done. */
  private waiting: EtcdEvent[] | undefined = [];

  constructor(private readonly options: ResourceCacheOptions) {
    this.contents = new Contents(options.config);
    this.changes = new ChangeRing(0, options.ring);
    this.watchers = new WatcherIndex(options.config.indexes ?? []);
  }

  get config(): ResourceStorageConfig {
    return this.options.config;
  }

  get revision(): Revision {
    return this.waiting ? this.loadedAt : Math.max(this.options.fed(), this.loadedAt);
  }

  /** floor is the lowest revision to resume a watch from. */
  get floor(): Revision {
    return this.changes.floor;
  }

  get size(): number {
    return this.contents.size;
  }

  /** watchersOf counts the watchers that a change of an object is offered to, but for those of a field. */
  watchersOf(path: ObjectPath): number {
    return this.watchers.count(path);
  }

  /** startLoading has events kept for the load that now begins; the contents stay what they are. */
  startLoading(): void {
    this.loadedAt = this.revision;
    this.waiting = [];
  }

  /** load takes the state at a revision, in key order, and goes on from there. Watchers of before may have missed changes: they end with 410. False if it must begin anew. */
  load(entries: readonly StoredEntry[], revision: Revision): boolean {
    const waiting = this.waiting;
    if (!waiting || waiting.length > MAX_WAITING) return false;
    for (const watcher of this.watchers.all()) watcher.end(tooOld(this.changes.floor, revision));
    this.contents = new Contents(this.config, entries);
    this.changes = new ChangeRing(revision, this.options.ring);
    this.loadedAt = revision;
    this.waiting = undefined;
    for (const event of waiting) this.apply(event);
    return true;
  }

  /** apply takes the next event of the keyspace watch. */
  apply(event: EtcdEvent): void {
    if (this.waiting) {
      if (this.waiting.length <= MAX_WAITING) this.waiting.push(keep(event));
      return;
    }
    if (event.kv.revision <= this.loadedAt) return;
    const change = this.changeOf(event);
    if (!change) return;
    if (change.deleted) this.contents.delete(change.entry.key);
    else this.contents.set(change.entry);
    this.changes.push(change, this.options.clock.now());
    this.watchers.offer(change);
  }

  get(key: string): StoredEntry | undefined {
    return this.contents.get(key);
  }

  /** list answers the present state. */
  list(options: ListOptions): ListResult {
    return pageOf(this.contents.candidates(options.predicate, options.continueAfter?.key), options, this.revision);
  }

  /** listAt answers the state at a past revision, undefined if the ring does not reach so far back. */
  listAt(options: ListOptions, revision: Revision): ListResult | undefined {
    if (revision < this.changes.floor || revision > this.revision) return undefined;
    const { predicate, continueAfter } = options;
    const changes = this.changes.since(revision);
    const present = this.contents.candidates(predicate, continueAfter?.key);
    const candidates = candidatesBefore(this.config, present, changes, predicate, continueAfter?.key);
    return pageOf(candidates, options, revision);
  }

  /** watch begins a watch now: with the present state if `initial`, else behind options.after. Throws 410 below the floor. */
  watch(options: WatchOptions, sink: WatchSink, initial: boolean): Watch {
    const from = initial ? this.revision : options.after!;
    const missed = initial ? [] : this.changes.since(from);
    const watcher = new CacheWatcher(this, options, sink, from, this.options.clock);
    this.watchers.add(watcher);
    if (initial) {
      for (const entry of this.contents.candidates(options.predicate)) {
        if (matches(options.predicate, entry)) watcher.add({ type: 'ADDED', entry, revision: entry.revision });
      }
      if (options.sendInitialEvents) watcher.add({ type: 'BOOKMARK', revision: from, initialEventsEnd: true });
    }
    for (const change of missed) watcher.offer(change);
    return watcher;
  }

  flushSoon(watcher: CacheWatcher): void {
    this.options.flushSoon(watcher);
  }

  remove(watcher: CacheWatcher): void {
    this.watchers.remove(watcher);
  }

  /** bookmarks sends one to every watcher that wants them. */
  bookmarks(): void {
    if (this.waiting) return;
    for (const watcher of this.watchers.all()) if (watcher.options.bookmarks) watcher.bookmark();
  }

  /** endWatches ends all watches, at a shutdown or when the resource goes. */
  endWatches(error?: Error): void {
    for (const watcher of this.watchers.all()) watcher.end(error);
  }

  /** changeOf decodes an event. An object that cannot be read is as good as gone, to be seen in the log; the others go on. */
  private changeOf({ kv, deleted }: EtcdEvent): Change | undefined {
    const previous = this.contents.get(kv.key);
    if (!deleted) {
      try {
        const entry = this.options.decode(kv);
        entry.attrs();
        return new Change(kv.revision, entry, previous, false);
      } catch (error) {
        this.options.log.error('a stored object cannot be read', undefined, { key: kv.key, err: describe(error) });
      }
    }
    return previous && new Change(kv.revision, previous.withRevision(kv.revision), previous, true);
  }
}

/** keep copies an event's value out of the message it came in. */
function keep(event: EtcdEvent): EtcdEvent {
  return { deleted: event.deleted, kv: { ...event.kv, value: Buffer.from(event.kv.value) } };
}
