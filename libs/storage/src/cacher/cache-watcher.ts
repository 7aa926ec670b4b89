import type { Clock } from '@navarch/base';
import { lastBookmarkAt } from '../bookmarks';
import type { Change } from '../change';
import type { Revision, Watch, WatchNotice, WatchOptions, WatchSink } from '../interface';

/** WatcherOwner is what a watcher needs of its resource's cache. */
export interface WatcherOwner {
  readonly revision: Revision;
  /** flushSoon has `flush` called at the end of the tick. */
  flushSoon(watcher: CacheWatcher): void;
  remove(watcher: CacheWatcher): void;
}

/** CacheWatcher is one watch on a resource's cache. It collects a tick's notices, so that its sink is called once for them. */
export class CacheWatcher implements Watch {
  private pending: WatchNotice[] = [];
  private stopped = false;
  private readonly lastBookmark: Disposable | undefined;

  constructor(
    private readonly owner: WatcherOwner,
    readonly options: WatchOptions,
    private readonly sink: WatchSink,
    /** after: changes up to this revision are not for this watcher (it has them, or asked for later ones). */
    private readonly after: Revision,
    clock: Clock,
  ) {
    const { bookmarks, timeoutMs } = options;
    const last = bookmarks ? lastBookmarkAt(timeoutMs) : undefined;
    if (last !== undefined) this.lastBookmark = clock.after(last, () => this.bookmark());
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.pending = [];
    this.lastBookmark?.[Symbol.dispose]();
    this.owner.remove(this);
  }

  bookmark(): void {
    this.add({ type: 'BOOKMARK', revision: Math.max(this.owner.revision, this.after) });
  }

  offer(change: Change): void {
    if (change.revision <= this.after) return;
    const notice = change.noticeFor(this.options.predicate);
    if (notice) this.add(notice);
  }

  add(notice: WatchNotice): void {
    if (this.stopped) return;
    this.pending.push(notice);
    if (this.pending.length === 1) this.owner.flushSoon(this);
  }

  /** flush hands the sink what has come. */
  flush(): void {
    if (this.stopped || !this.pending.length) return;
    const batch = this.pending;
    this.pending = [];
    this.sink.notices(batch);
  }

  /** end hands over what has come, then the end. */
  end(error?: Error): void {
    if (this.stopped) return;
    this.flush();
    this.stop();
    this.sink.end(error);
  }
}
