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
 * one tick are written together. A client that falls behind by more than the bound is cut off: it resumes from where it was.
 */
export class WatchStream implements StreamBody, WatchSink {
  private sink!: ByteSink;
  private watch: Watch | undefined;
  private timer: Disposable | undefined;
  /** queue holds encoded events from `head` on; queuedBytes is their sum. */
  private queue: Buffer[] = [];
  private head = 0;
  private queuedBytes = 0;
  /** allowance is how much may wait: the bound, and what the first events took. */
  private allowance: number;
  private opened = false;
  private blocked = false;
  private ending = false;
  private done = false;

  constructor(private readonly options: WatchStreamOptions) {
    this.allowance = options.maxBufferBytes;
  }

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
    let bytes = 0;
    try {
      for (const notice of batch) {
        const event = this.options.encoder.encode(notice);
        this.queue.push(event);
        bytes += event.length;
        this.options.sizes.add(event.length);
      }
    } catch (error) {
      this.options.log.error('an event could not be encoded', error);
      return this.end(error as Error);
    }
    this.queuedBytes += bytes;
    // The present state comes before open resolves; a client that asked for it may take its time over it.
    if (!this.opened) this.allowance += bytes;
    this.flush();
    if (this.queuedBytes + this.sink.bufferedBytes > this.allowance) {
      this.options.log.v(2, 'a slow watcher is cut off', { bufferedBytes: this.queuedBytes + this.sink.bufferedBytes });
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
    while (!this.blocked && !this.done && this.head < this.queue.length) {
      this.blocked = !this.sink.write(this.take());
    }
    if (this.ending && !this.done && this.head >= this.queue.length) {
      this.finish();
      this.sink.end();
    }
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
    if (this.head === this.queue.length) this.drop();
    return chunk;
  }

  private drop(): void {
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
