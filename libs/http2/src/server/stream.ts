import { GatheredBytes } from '@navarch/base';
import type { Field } from '../header-table';
import type { ErrorName } from '../protocol';
import { SendingStream } from '../sending-stream';
import type { RequestHead } from './request-head';

/** BodyReader gets a request's body: `data` any number of times, then `end`, or `gone` if the rest is not going to come. */
export interface BodyReader {
  data(bytes: Buffer): void;
  end(): void;
  gone(): void;
}

/** StreamHost is what a stream asks of its connection. */
export interface StreamHost {
  head(stream: ServerStream, fields: readonly Field[], end: boolean): void;
  write(stream: ServerStream, bytes: Buffer, last: boolean): void;
  reset(stream: ServerStream, code: ErrorName): void;
  /** taken lets the client send so many bytes more. */
  taken(stream: ServerStream, bytes: number): void;
  /** settle closes a stream whose answer is out. */
  settle(stream: ServerStream): void;
}

const NOTHING = Buffer.alloc(0);
const NOBODY: BodyReader = { data: () => undefined, end: () => undefined, gone: () => undefined };

/** ServerStream is one request and its answer. */
export class ServerStream extends SendingStream {
  /** receiveWindow is what the client may send before somebody reads; `given` what it will be given back. */
  receiveWindow = 0;
  given = 0;
  /** bodyEnded is whether nothing more comes. */
  bodyEnded = false;
  closed = false;
  private receivedBytes = 0;
  /** unread is what came before somebody reads. */
  private unread: GatheredBytes | undefined;
  private reader: BodyReader | undefined;
  private holds = false;
  private onDrained: (() => void)[] | undefined;
  private onClosed: (() => void)[] | undefined;

  constructor(
    private readonly host: StreamHost,
    readonly request: RequestHead,
  ) {
    super();
  }

  /**
   * read hands over what has come of the body, and what comes; again to change the reader. One that `holds` what it gets says by itself what
   * it has done with: that is as much as the client may send then.
   */
  read(reader: BodyReader, holds = false): void {
    this.reader = reader;
    this.holds = holds;
    const wasClosed = this.closed;
    const unread = this.unread?.take();
    this.unread = undefined;
    if (unread) {
      if (!holds) this.took(unread.length);
      reader.data(unread);
    }
    // Who took over in between was told already, and so was who closed the stream.
    if (reader !== this.reader) return;
    if (this.bodyEnded) reader.end();
    else if (wasClosed) reader.gone();
  }

  /** took lets the client send so many bytes more. */
  took(bytes: number): void {
    this.host.taken(this, bytes);
  }

  /** discard throws away what comes. */
  discard(): void {
    this.read(NOBODY);
  }

  /** continue invites a client that waits with its body. */
  continue(): void {
    if (!this.closed) this.host.head(this, CONTINUE, false);
  }

  /** respond sends the head of the answer; with `end` that is all of it. */
  respond(fields: readonly Field[], end = false): void {
    if (this.closed) return;
    this.host.head(this, fields, end);
    if (end) this.host.settle(this);
  }

  /** write sends bytes of the answer, which must not be changed any more. False: they are held up, and `drained` will be called. */
  write(bytes: Buffer): boolean {
    if (this.closed || this.ending || !bytes.length) return true;
    this.host.write(this, bytes, false);
    return this.heldBytes === 0;
  }

  /** end sends the last bytes. */
  end(bytes: Buffer = NOTHING): void {
    if (this.closed || this.ending) return;
    this.host.write(this, bytes, true);
    if (this.ended) this.host.settle(this);
  }

  /** reset gives the stream up, at once. */
  reset(code: ErrorName = 'CANCEL'): void {
    if (!this.closed) this.host.reset(this, code);
  }

  /** drained calls back each time when nothing is held up any more. */
  drained(listener: () => void): void {
    (this.onDrained ??= []).push(listener);
  }

  /** gone calls back when the stream is over, well or not; at once if it is. */
  gone(listener: () => void): void {
    if (this.closed) listener();
    else (this.onClosed ??= []).push(listener);
  }

  override released(): void {
    if (this.ended) this.host.settle(this);
    else for (const listener of this.onDrained ?? []) listener();
  }

  /** receive takes bytes of the body; undefined, or why they cannot be. For the connection alone, as what follows. */
  receive(bytes: Buffer, size: number, end: boolean): ErrorName | undefined {
    if (this.bodyEnded) return 'STREAM_CLOSED';
    this.receivedBytes += bytes.length;
    if (!this.fits(end)) return 'PROTOCOL_ERROR';
    this.receiveWindow -= size;
    if (this.receiveWindow < 0) return 'FLOW_CONTROL_ERROR';
    this.bodyEnded = end;
    const { reader } = this;
    // What fills a frame up is nobody's to read.
    this.took(reader && !this.holds ? size : size - bytes.length);
    if (bytes.length) {
      if (reader) reader.data(bytes);
      else (this.unread ??= new GatheredBytes()).add(bytes);
    }
    // Who took over in between was told by `read`.
    if (end && reader === this.reader) reader?.end();
    return undefined;
  }

  /** finish is the end of the body without more bytes, by trailers or because there is none. */
  finish(): ErrorName | undefined {
    if (this.bodyEnded) return 'STREAM_CLOSED';
    if (!this.fits(true)) return 'PROTOCOL_ERROR';
    this.bodyEnded = true;
    this.reader?.end();
    return undefined;
  }

  close(): void {
    this.closed = true;
    if (!this.bodyEnded) this.reader?.gone();
    this.unread = this.bodyEnded ? this.unread : undefined;
    const { onClosed } = this;
    this.onClosed = undefined;
    if (onClosed) for (const listener of onClosed) listener();
  }

  /** fits: as much came as was announced, or as yet no more. */
  private fits(whole: boolean): boolean {
    const { length } = this.request;
    return length === undefined || this.receivedBytes === length || (!whole && this.receivedBytes < length);
  }
}

const CONTINUE: readonly Field[] = [{ name: ':status', value: '100' }];
