import type { BodyReader, ServerStream } from '@navarch/http2';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** Content is a request's body: what has come of it, and what comes. */
export interface Content {
  /** read hands it over; again to change the reader. */
  read(reader: BodyReader): void;
  /** readable is for whoever passes it on, as slowly as that goes. */
  readable(): Readable;
}

/** Http1Content is the body of a request of HTTP/1.1. */
export class Http1Content implements Content {
  private reader: BodyReader | undefined;

  constructor(private readonly message: IncomingMessage) {}

  read(reader: BodyReader): void {
    const { message } = this;
    const isFirst = !this.reader;
    this.reader = reader;
    if (message.readableEnded) return reader.end();
    if (message.destroyed) return reader.gone();
    if (!isFirst) return;
    const gone = () => !message.readableEnded && this.reader!.gone();
    message.on('data', (bytes: Buffer) => this.reader!.data(bytes));
    message.once('end', () => this.reader!.end());
    message.once('error', gone).once('close', gone);
  }

  readable(): Readable {
    return this.message;
  }
}

/** Http2Content is that of a stream of HTTP/2. */
export class Http2Content implements Content {
  constructor(private readonly stream: ServerStream) {}

  read(reader: BodyReader): void {
    this.stream.read(reader);
  }

  readable(): Readable {
    const { stream } = this;
    let waiting = 0;
    const readable = new Readable({
      read() {
        stream.took(waiting);
        waiting = 0;
      },
      destroy(error, done) {
        stream.discard();
        stream.took(waiting);
        done(error);
      },
    });
    const reader: BodyReader = {
      data(bytes) {
        waiting += bytes.length;
        readable.push(bytes);
      },
      end: () => void readable.push(null),
      gone: () => void readable.destroy(),
    };
    stream.read(reader, true);
    return readable;
  }
}
