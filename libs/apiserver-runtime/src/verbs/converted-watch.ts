import type { Watch, WatchNotice, WatchSink } from '@navarch/storage';
import type { Resource } from '../registry/resource';
import type { FormSelector } from './form-selector';

/** MAX_WAITING bounds how many batches of events may wait for their conversion. */
const MAX_WAITING = 1000;

/** Open begins a watch that tells a sink. */
type Open = (sink: WatchSink) => Promise<Watch>;

/**
 * convertedWatch begins a watch on a custom resource whose objects are converted before the sink gets them, in order. A watcher
 * for whom too many batches wait is cut: it resumes from where it was. `forms` select among them.
 */
export async function convertedWatch(
  resource: Resource,
  open: Open,
  sink: WatchSink,
  forms?: FormSelector,
): Promise<Watch> {
  const converting = new ConvertingSink(resource, sink, forms);
  const watch = await open(converting);
  converting.watch = watch;
  // The present state belongs before the answer.
  await converting.settled();
  return watch;
}

class ConvertingSink implements WatchSink {
  watch: Watch | undefined;
  private waiting = 0;
  private last: Promise<void> = Promise.resolve();
  private done = false;

  constructor(
    private readonly resource: Resource,
    private readonly sink: WatchSink,
    private readonly forms: FormSelector | undefined,
  ) {}

  settled(): Promise<void> {
    return this.last;
  }

  notices(batch: readonly WatchNotice[]): void {
    if (this.done) return;
    const { forms } = this;
    const needed = batch.flatMap(notice => (forms ? forms.neededFor(notice) : (notice.entry ?? [])));
    const loading = this.resource.load(needed);
    if (!loading && !this.waiting) return this.tell(batch);
    if (this.waiting >= MAX_WAITING) return this.finish();
    this.waiting++;
    const before = this.last;
    const ready = loading ?? Promise.resolve();
    // A failure is told in its turn; until then it must not count as unhandled.
    ready.catch(() => undefined);
    this.last = before
      .then(() => ready)
      .then(
        () => {
          this.waiting--;
          if (!this.done) this.tell(batch);
        },
        (error: unknown) => this.finish(error as Error),
      );
  }

  end(error?: Error): void {
    void this.last.then(() => {
      if (this.done) return;
      this.done = true;
      this.sink.end(error);
    });
  }

  private tell(batch: readonly WatchNotice[]): void {
    const { forms } = this;
    const selected = forms ? batch.flatMap(notice => forms.transition(notice) ?? []) : batch;
    if (selected.length) this.sink.notices(selected);
  }

  private finish(error?: Error): void {
    if (this.done) return;
    this.done = true;
    this.watch?.stop();
    this.sink.end(error);
  }
}
