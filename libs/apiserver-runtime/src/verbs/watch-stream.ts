import { StatusError, type ByteSink, type Status, type StreamBody } from '@navarch/apimachinery';
import type { Clock, Distribution, Logger } from '@navarch/base';
import type { Watch, WatchNotice, WatchSink } from '@navarch/storage';
import { statusErrorOf } from '../status-response';
import { sharedFrames } from './shared-frames';

/** StreamEncoder makes the bytes of events. */
export interface StreamEncoder {
  encode(notice: WatchNotice): Buffer;
  error(status: Status): Buffer;
}

/** WatchStreamOptions are what one watch consists of. */
export interface WatchStreamOptions {
  readonly encoder: StreamEncoder;
  open(sink: WatchSink): Promise<Watch>;
  /** onOpened is called when the watch has begun, or could not. */
  onOpened(): void;
  readonly timeoutMs: number;
  /** maxBufferBytes bounds what may wait for a slow watcher, beyond the present state that it asked for. */
  readonly maxBufferBytes: number;
  /** stops end the watch cleanly when one of them aborts. */
  readonly stops: readonly AbortSignal[];
  readonly clock: Clock;
  readonly log: Logger;
  /** sizes is told the length of each event. */
  readonly sizes: Pick<Distribution, 'add'>;
}

/** CHUNK bounds how much is copied together into one write. */
const CHUNK = 256 * 1024;

/**
 * WatchStream carries a watch's events to one client. Events wait as references to bytes that all watchers share; those of
 * one tick are written together. A client that falls behind by more than the bound is cut off: it resumes from where it was. The present
 * state that it asked for may be longer: that waits as what the cache holds anyway, and becomes bytes as the client reads.
 */
export class WatchStream implements StreamBody, WatchSink {
  private sink!: ByteSink;
  private watch: Watch | undefined;
  private timer: Disposable | undefined;
  /** present holds the events of the present state from `presentHead` on. They come before those of the queue. */
  private present: WatchNotice[] = [];
  private presentHead = 0;
  /** queue holds encoded events from `head` on; queuedBytes is their sum. */
  private queue: Buffer[] = [];
  private head = 0;
  private queuedBytes = 0;
  private opened = false;
  private blocked = false;
  private ending = false;
  private done = false;

  constructor(private readonly options: WatchStreamOptions) {}

  start(sink: ByteSink): void {
    this.sink = sink;
    if (sink.closed.aborted) return;
    const finish = () => this.finish();
    sink.closed.addEventListener('abort', finish, { once: true });
    for (const stop of this.options.stops) {
      if (stop.aborted) return this.complete();
      stop.addEventListener('abort', this.complete, { once: true });
    }
    sink.onDrain(() => {
      this.blocked = false;
      this.flush();
    });
    this.timer = this.options.clock.after(this.options.timeoutMs, this.complete);
    this.options.open(this).then(
      watch => {
        this.watch = watch;
        this.opened = true;
        this.options.onOpened();
        if (this.done) watch.stop();
      },
      (error: unknown) => {
        this.options.onOpened();
        this.end(error as Error);
      },
    );
  }

  notices(batch: readonly WatchNotice[]): void {
    if (this.done || this.ending) return;
    // The present state comes before open resolves.
    if (this.opened) this.attempt(() => batch.forEach(notice => this.push(this.encoded(notice))));
    else for (const notice of batch) this.present.push(notice);
    this.flush();
    const waiting = this.queuedBytes + this.sink.bufferedBytes;
    if (this.opened && waiting > this.options.maxBufferBytes) {
      this.options.log.v(2, 'a slow watcher is cut off', { bufferedBytes: waiting });
      this.drop();
      this.complete();
    }
  }

  end(error?: Error): void {
    if (this.done || this.ending) return;
    if (error) {
      const failure = error instanceof StatusError ? error : statusErrorOf(error);
      this.push(this.options.encoder.error(failure.toStatus()));
    }
    this.complete();
  }

  private encoded(notice: WatchNotice): Buffer {
    const event = this.options.encoder.encode(notice);
    this.options.sizes.add(event.length);
    return event;
  }

  /** attempt makes events; one that cannot be made ends the watch. */
  private attempt<T>(make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      this.options.log.error('an event could not be encoded', error);
      this.dropPresent();
      this.end(error as Error);
      return undefined;
    }
  }

  private push(bytes: Buffer): void {
    this.queue.push(bytes);
    this.queuedBytes += bytes.length;
  }

  /** complete ends the stream once what is queued has gone out. */
  private readonly complete = (): void => {
    if (this.done || this.ending) return;
    this.ending = true;
    this.watch?.stop();
    this.flush();
  };

  private flush(): void {
    while (!this.blocked && !this.done && this.presentHead < this.present.length) {
      const chunk = this.attempt(() => this.takePresent());
      if (chunk) this.blocked = !this.sink.write(chunk);
    }
    while (!this.blocked && !this.done && this.head < this.queue.length) {
      this.blocked = !this.sink.write(this.take());
    }
    if (this.ending && !this.done && this.presentHead >= this.present.length && this.head >= this.queue.length) {
      this.finish();
      this.sink.end();
    }
  }

  /** takePresent makes the next bytes of the present state, about a chunk. */
  private takePresent(): Buffer {
    const events: Buffer[] = [];
    let bytes = 0;
    while (this.presentHead < this.present.length && bytes < CHUNK) {
      const event = this.encoded(this.present[this.presentHead++]!);
      events.push(event);
      bytes += event.length;
    }
    if (this.presentHead === this.present.length) this.dropPresent();
    return events.length === 1 ? events[0]! : sharedFrames.join(events, bytes);
  }

  /** take removes the next events from the queue, up to a chunk: a single one as it is, several copied together, once for all watchers alike. */
  private take(): Buffer {
    let bytes = this.queue[this.head]!.length;
    let end = this.head + 1;
    while (end < this.queue.length && bytes + this.queue[end]!.length <= CHUNK) bytes += this.queue[end++]!.length;
    const chunk =
      end === this.head + 1 ? this.queue[this.head]! : sharedFrames.join(this.queue.slice(this.head, end), bytes);
    this.head = end;
    this.queuedBytes -= bytes;
    if (this.head === this.queue.length) this.dropQueue();
    return chunk;
  }

  private drop(): void {
    this.dropPresent();
    this.dropQueue();
  }

  private dropPresent(): void {
    this.present = [];
    this.presentHead = 0;
  }

  private dropQueue(): void {
    this.queue = [];
    this.head = 0;
    this.queuedBytes = 0;
  }

  /** finish lets go of everything; nothing is written after it. */
  private finish(): void {
    if (this.done) return;
    this.done = true;
    this.timer?.[Symbol.dispose]();
    for (const stop of this.options.stops) stop.removeEventListener('abort', this.complete);
    this.watch?.stop();
    this.drop();
  }
}
