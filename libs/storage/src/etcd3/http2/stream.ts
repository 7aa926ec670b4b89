import type { Field } from './header-table';

/** STREAM_WINDOW and CONNECTION_WINDOW let a page of a list, which has megabytes, through without a round trip each 64 KiB. */
export const STREAM_WINDOW = 4 * 1024 * 1024;
export const CONNECTION_WINDOW = 32 * 1024 * 1024;

/** StreamHandler gets what comes back on a stream. It must not throw: that would end the connection. */
export interface StreamHandler {
  /** headers gets those of the answer, and the trailers. */
  headers(fields: readonly Field[]): void;
  /** data gets the next bytes; they stay valid. */
  data(bytes: Buffer): void;
  /** close is called once and last, unless the stream was cancelled: undefined if the peer ended the stream, else why it failed. */
  close(error: Error | undefined): void;
}

/** Http2Stream is what the connection knows of one stream. */
export class Http2Stream {
  /** id is 0 until the stream is opened. */
  id = 0;
  /** sendWindow may be negative, when the peer made it smaller. */
  sendWindow = 0;
  receiveWindow = STREAM_WINDOW;
  /** sent is how much of the body was. */
  sent = 0;
  /** answered is whether the answer's headers are in. */
  answered = false;

  /** The body is not empty; if it is the last, the stream is closed from this side behind it. */
  constructor(
    readonly block: Buffer,
    readonly body: Buffer,
    readonly last: boolean,
    readonly handler: StreamHandler,
  ) {}

  /** ended is whether nothing more is to be sent. */
  get ended(): boolean {
    return this.last && this.sent === this.body.length;
  }
}
