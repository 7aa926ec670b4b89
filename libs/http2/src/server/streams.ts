import { encodeHeaders } from '../header-encoder';
import type { Field } from '../header-table';
import type { Outbox } from '../outbox';
import { FrameType, errorCode, type ErrorName } from '../protocol';
import type { Sender } from '../sender';
import type { RequestHead } from './request-head';
import { ServerStream, type StreamHost } from './stream';

/** ServerStreams are the open streams of a connection, and what they send. */
export class ServerStreams implements StreamHost {
  private readonly opened = new Map<number, ServerStream>();

  /** `window` is how much of a body is taken that nobody reads; `onIdle` is called when the last stream has ended. */
  constructor(
    private readonly outbox: Outbox,
    private readonly sender: Sender,
    private readonly window: number,
    private readonly onIdle: () => void,
  ) {}

  /** open is how many there are. */
  get open(): number {
    return this.opened.size;
  }

  all(): Iterable<ServerStream> {
    return this.opened.values();
  }

  get(id: number): ServerStream | undefined {
    return this.opened.get(id);
  }

  add(id: number, head: RequestHead): ServerStream {
    const stream = new ServerStream(this, head);
    stream.id = id;
    stream.receiveWindow = this.window;
    this.opened.set(id, stream);
    this.sender.open(stream);
    return stream;
  }

  /** end closes whatever is under way. */
  end(): void {
    // One that closes may have others reset, which are not come upon any more.
    for (const stream of this.opened.values()) this.forget(stream);
  }

  /** forget closes a stream without a word to the client. */
  forget(stream: ServerStream): void {
    this.opened.delete(stream.id);
    this.sender.forget(stream);
    stream.close();
    if (!this.open) this.onIdle();
  }

  /** refuse tells the client that a stream is not going to be opened. */
  refuse(id: number, code: ErrorName): void {
    this.outbox.number(FrameType.RST_STREAM, id, errorCode(code));
  }

  reset(stream: ServerStream, code: ErrorName): void {
    if (!this.opened.has(stream.id)) return;
    this.refuse(stream.id, code);
    this.forget(stream);
  }

  head(stream: ServerStream, fields: readonly Field[], end: boolean): void {
    this.outbox.headers(stream.id, encodeHeaders(fields), end);
    if (end) stream.ending = stream.ended = true;
  }

  write(stream: ServerStream, bytes: Buffer, last: boolean): void {
    this.sender.write(stream, bytes, last);
  }

  taken(stream: ServerStream, bytes: number): void {
    stream.given += bytes;
    if (stream.bodyEnded || stream.closed || stream.given < this.window / 2) return;
    this.outbox.number(FrameType.WINDOW_UPDATE, stream.id, stream.given);
    stream.receiveWindow += stream.given;
    stream.given = 0;
  }

  settle(stream: ServerStream): void {
    // The answer is whole: nobody needs the rest of the body (RFC 9113, section 8.1).
    if (!stream.bodyEnded) this.reset(stream, 'NO_ERROR');
    else if (this.opened.has(stream.id)) this.forget(stream);
  }
}
