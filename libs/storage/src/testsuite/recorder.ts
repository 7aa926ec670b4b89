import type { Revision, Storage, Watch, WatchNotice, WatchOptions, WatchSink } from '../interface';

/** Recorder is a sink that remembers what came. */
export class Recorder implements WatchSink {
  readonly all: WatchNotice[] = [];
  ended: { error?: Error } | undefined;
  watch!: Watch;

  constructor(readonly options: WatchOptions) {}
  private readonly waiters = new Set<() => void>();

  static async start(storage: Storage, options: WatchOptions): Promise<Recorder> {
    const recorder = new Recorder(options);
    recorder.watch = await storage.watch(options, recorder);
    return recorder;
  }

  notices(batch: readonly WatchNotice[]): void {
    if (this.ended) throw new Error('notices after the end');
    this.all.push(...batch);
    for (const wake of this.waiters) wake();
  }

  end(error?: Error): void {
    if (this.ended) throw new Error('ended twice');
    this.ended = error ? { error } : {};
    for (const wake of this.waiters) wake();
  }

  /** events are the notices without bookmarks, as `TYPE name@revision`. */
  get events(): string[] {
    return this.objects.map(({ type, entry, revision }) => `${type} ${entry!.name}@${revision}`);
  }

  get objects(): WatchNotice[] {
    return this.all.filter(notice => notice.type !== 'BOOKMARK');
  }

  /** until resolves when the condition holds; rejects after a time that only a fault can use up. */
  until(condition: (recorder: this) => boolean, what = 'the expected notices'): Promise<this> {
    if (condition(this)) return Promise.resolve(this);
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.waiters.delete(wake);
        settle();
      };
      const wake = () => condition(this) && finish(() => resolve(this));
      const timer = setTimeout(
        () => finish(() => reject(new Error(`${what} did not come; there were: ${this.events.slice(-20).join(', ')}`))),
        20_000,
      );
      this.waiters.add(wake);
    });
  }

  /** reach waits for an event of the revision (or a later one). */
  reach(revision: Revision): Promise<this> {
    return this.until(({ objects }) => (objects.at(-1)?.revision ?? 0) >= revision, `revision ${revision}`);
  }
}
