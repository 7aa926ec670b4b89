import { isExpired } from '@navarch/apimachinery';
import { Backoff, type Clock, type Logger } from '@navarch/base';
import type { StoredEntry } from '../entry';
import type {
  ListOptions,
  ListResult,
  ResourceStorageConfig,
  Revision,
  Watch,
  WatchNotice,
  WatchOptions,
  WatchSink,
} from '../interface';
import { rangeOf } from '../keys';
import { BOOKMARK_MS, lastBookmarkAt } from '../bookmarks';
import { Change } from '../change';
import { rangeEnd, type EtcdClient } from './client';
import { tooOld } from './errors';
import type { EtcdEvent, KeyValue } from './messages';

export interface DirectWatchSource {
  readonly client: EtcdClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly closing: AbortSignal;
  readonly config: ResourceStorageConfig;
  readonly decode: (kv: KeyValue) => StoredEntry;
  readonly list: (options: ListOptions) => Promise<ListResult>;
}

/** startDirectWatch serves one watch by an etcd watch of its own. It resumes over lost connections; a compacted revision ends it with 410. */
export async function startDirectWatch(
  source: DirectWatchSource,
  options: WatchOptions,
  sink: WatchSink,
): Promise<Watch> {
  const { predicate, after } = options;
  const stop = new AbortController();
  const initial: WatchNotice[] = [];
  let from = after ?? 0;
  if (!from || options.sendInitialEvents) {
    const list = await source.list({ predicate, ...(after && { atLeast: after }) });
    from = list.revision;
    initial.push(...list.entries.map(entry => ({ type: 'ADDED' as const, entry, revision: entry.revision })));
    if (options.sendInitialEvents) initial.push({ type: 'BOOKMARK', revision: from, initialEventsEnd: true });
  }
  const watch = new DirectWatch(source, options, sink, stop, from);
  // The caller has its handle before the first notice.
  setImmediate(() => void watch.run(initial));
  return watch;
}

class DirectWatch implements Watch {
  private readonly timers: Disposable[] = [];
  private readonly onClosing = () => this.end();

  constructor(
    private readonly source: DirectWatchSource,
    private readonly options: WatchOptions,
    private readonly sink: WatchSink,
    private readonly abort: AbortController,
    /** seen is the revision up to which everything was delivered. */
    private seen: Revision,
  ) {}

  stop(): void {
    this.source.closing.removeEventListener('abort', this.onClosing);
    for (const timer of this.timers.splice(0)) timer[Symbol.dispose]();
    this.abort.abort();
  }

  bookmark(): void {
    if (!this.abort.signal.aborted) this.sink.notices([{ type: 'BOOKMARK', revision: this.seen }]);
  }

  async run(initial: WatchNotice[]): Promise<void> {
    const { signal } = this.abort;
    if (signal.aborted) return;
    if (this.source.closing.aborted) return this.end();
    this.source.closing.addEventListener('abort', this.onClosing, { once: true });
    if (initial.length) this.sink.notices(initial);
    if (this.options.bookmarks) this.scheduleBookmarks();
    const { client, clock, log, config } = this.source;
    const prefix = rangeOf(config, this.options.predicate);
    const backoff = new Backoff({ initialMs: 50, maxMs: 2_000, jitter: 0.5 });
    while (!signal.aborted) {
      try {
        const range = { key: prefix, end: rangeEnd(prefix), startRevision: this.seen + 1, previous: true, signal };
        await client.watch(range, response => {
          backoff.reset();
          this.deliver(response.events);
        });
      } catch (error) {
        if (signal.aborted) return;
        if (isExpired(error)) return this.end(tooOld(this.seen, this.seen + 1));
        if (error instanceof UndecodableError) return this.end(error);
        log.v(2, 'etcd watch broke, resuming', { prefix, after: this.seen, err: String(error) });
        await clock.sleep(backoff.next(), signal).catch(() => undefined);
      }
    }
  }

  private deliver(events: readonly EtcdEvent[]): void {
    const batch: WatchNotice[] = [];
    for (const event of events) {
      const notice = this.change(event)?.noticeFor(this.options.predicate);
      if (notice) batch.push(notice);
      this.seen = event.kv.revision;
    }
    if (batch.length) this.sink.notices(batch);
  }

  private change({ kv, previous, deleted }: EtcdEvent): Change | undefined {
    try {
      const before = previous && this.source.decode(previous);
      if (!deleted) return new Change(kv.revision, this.source.decode(kv), before, false);
      return before && new Change(kv.revision, before.withRevision(kv.revision), before, true);
    } catch (error) {
      throw new UndecodableError(error);
    }
  }

  private end(error?: Error): void {
    this.stop();
    this.sink.end(error);
  }

  private scheduleBookmarks(): void {
    const { clock } = this.source;
    const everyMinute = () => {
      this.timers[0] = clock.after(BOOKMARK_MS, () => {
        this.bookmark();
        everyMinute();
      });
    };
    everyMinute();
    const last = lastBookmarkAt(this.options.timeoutMs);
    if (last !== undefined) this.timers[1] = clock.after(last, () => this.bookmark());
  }
}

/** UndecodableError ends a watch at an object that cannot be decrypted or parsed: going on would lose its event. */
class UndecodableError extends Error {
  constructor(cause: unknown) {
    super('a stored object cannot be read', { cause });
  }
}
