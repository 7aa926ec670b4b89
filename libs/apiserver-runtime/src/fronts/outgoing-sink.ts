import type { ByteSink } from '@navarch/apimachinery';
import type { Writable } from 'node:stream';

/** OutgoingSink is the ByteSink over a response that Node writes. */
export class OutgoingSink implements ByteSink {
  constructor(
    private readonly out: Writable,
    readonly closed: AbortSignal,
  ) {}

  get bufferedBytes(): number {
    return this.out.writableLength;
  }

  write(chunk: Buffer): boolean {
    return this.closed.aborted ? true : this.out.write(chunk);
  }

  onDrain(listener: () => void): void {
    this.out.on('drain', listener);
  }

  end(): void {
    if (!this.closed.aborted) this.out.end();
  }
}
