import type { Field } from '../header-table';
import { SendingStream } from '../sending-stream';

/**
 * STREAM_WINDOW and CONNECTION_WINDOW let a list, which has megabytes, through without a round trip in between: what comes is handed over at
 * once, and nothing of it is kept.
 */
export const STREAM_WINDOW = 16 * 1024 * 1024;
export const CONNECTION_WINDOW = 64 * 1024 * 1024;

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
export class Http2Stream extends SendingStream {
  receiveWindow = STREAM_WINDOW;
  /** answered is whether the answer's headers are in. */
  answered = false;

  /** If the body is the last, the stream is closed from this side behind it. */
  constructor(
    readonly block: Buffer,
    readonly body: Buffer,
    readonly last: boolean,
    readonly handler: StreamHandler,
  ) {
    super();
  }
}
