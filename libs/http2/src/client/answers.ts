import { HeaderDecoder } from '../header-decoder';
import { violation, type Side } from '../incoming';
import type { Outbox } from '../outbox';
import { FrameType, NeverSent, errorName } from '../protocol';
import type { Settings } from '../settings';
import { CONNECTION_WINDOW, STREAM_WINDOW, type Http2Stream } from './stream';
import type { Streams } from './streams';

/** AnswerEvents are what the connection wants to know of. */
export interface AnswerEvents {
  /** ready is called when the peer's first settings are in. */
  ready(): void;
  /** pong is called for the answer to a ping. */
  pong(): void;
}

/** Answers is the client's side of what comes in: answers to the requests that were made. */
export class Answers implements Side {
  private readonly decoder = new HeaderDecoder();
  private receiveWindow = CONNECTION_WINDOW;

  constructor(
    private readonly outbox: Outbox,
    private readonly streams: Streams,
    private readonly events: AnswerEvents,
  ) {}

  find(id: number): Http2Stream | undefined {
    return this.streams.find(id);
  }

  all(): Iterable<Http2Stream> {
    return this.streams.all();
  }

  data(id: number, bytes: Buffer, size: number, end: boolean): void {
    const stream = this.streams.find(id);
    this.receiveWindow = this.received(0, this.receiveWindow, CONNECTION_WINDOW, size);
    if (!stream) return;
    if (!stream.answered) throw violation('data before headers');
    stream.handler.data(bytes);
    if (end) this.streams.finish(stream);
    else stream.receiveWindow = this.received(id, stream.receiveWindow, STREAM_WINDOW, size);
  }

  headers(id: number, block: Buffer, end: boolean): void {
    const stream = this.streams.find(id);
    // Also those of a stream that is over: they say what the indexes of others mean.
    const fields = this.decoder.decode(block);
    if (!stream) return;
    const status = fields[0];
    if (!end && !stream.answered && status?.name === ':status' && status.value.startsWith('1')) return;
    if (!end && stream.answered) throw violation('trailers that do not end their stream');
    stream.answered = true;
    stream.handler.headers(fields);
    if (end) this.streams.finish(stream);
  }

  reset(id: number, code: number): void {
    const stream = this.streams.find(id);
    if (!stream) return;
    const name = errorName(code);
    const Reason = name === 'REFUSED_STREAM' ? NeverSent : Error;
    this.streams.finish(stream, new Reason(`the server reset the stream: ${name}`));
  }

  goAway(lastId: number, code: number, why: string): void {
    this.streams.leave(lastId, `the server goes away: ${errorName(code)} ${why}`.trimEnd());
  }

  settings({ maxConcurrentStreams }: Settings, first: boolean): void {
    if (maxConcurrentStreams !== undefined) this.streams.allow(maxConcurrentStreams);
    if (first) this.events.ready();
  }

  pong(): void {
    this.events.pong();
  }

  /** received is what is left of a window after so many bytes; the peer is given more when half is used. */
  private received(id: number, window: number, size: number, bytes: number): number {
    const left = window - bytes;
    if (left > size / 2) return left;
    this.outbox.number(FrameType.WINDOW_UPDATE, id, size - left);
    return size;
  }
}
