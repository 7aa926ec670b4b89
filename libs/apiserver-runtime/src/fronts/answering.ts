import type { ServerStream } from '@navarch/http2';
import type { ServerResponse } from 'node:http';

/** Answering is the way that an answer's body goes, by whatever version of HTTP. */
export interface Answering {
  /** unsentBytes is what was written and is held up, by the client or on the way to it. */
  readonly unsentBytes: number;
  /** write takes bytes that are not changed any more; false: they are held up. What is written when it is over goes nowhere. */
  write(bytes: Buffer): boolean;
  end(bytes?: Buffer): void;
  /** onDrained calls back each time when nothing is held up any more. */
  onDrained(listener: () => void): void;
  /** onGone calls back when all is out, or given up; at once if it is. */
  onGone(listener: () => void): void;
  /** giveUp ends it as it is. */
  giveUp(): void;
}

/** Http1Answering is that of HTTP/1.1. */
export class Http1Answering implements Answering {
  constructor(private readonly response: ServerResponse) {}

  get unsentBytes(): number {
    return this.response.writableLength;
  }

  write(bytes: Buffer): boolean {
    return this.response.destroyed || this.response.write(bytes);
  }

  end(bytes?: Buffer): void {
    if (!this.response.destroyed) this.response.end(bytes);
  }

  onDrained(listener: () => void): void {
    this.response.on('drain', listener);
  }

  onGone(listener: () => void): void {
    if (this.response.closed) listener();
    else this.response.once('close', listener);
  }

  giveUp(): void {
    this.response.destroy();
  }
}

/** Http2Answering is that of HTTP/2. */
export class Http2Answering implements Answering {
  constructor(private readonly stream: ServerStream) {}

  get unsentBytes(): number {
    return this.stream.heldBytes;
  }

  write(bytes: Buffer): boolean {
    return this.stream.write(bytes);
  }

  end(bytes?: Buffer): void {
    this.stream.end(bytes);
  }

  onDrained(listener: () => void): void {
    this.stream.drained(listener);
  }

  onGone(listener: () => void): void {
    this.stream.gone(listener);
  }

  giveUp(): void {
    this.stream.reset();
  }
}
