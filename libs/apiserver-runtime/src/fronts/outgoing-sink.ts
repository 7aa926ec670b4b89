import type { ByteSink } from '@navarch/apimachinery';
import type { Writable } from 'node:stream';

/** OutgoingSink is the ByteSink over a response that Node writes. Once it has ended, what is left has endMs to get out. */
export class OutgoingSink implements ByteSink {
  constructor(
    private readonly out: Writable,
    readonly closed: AbortSignal,
    private readonly endMs: number,
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
    if (this.closed.aborted) return;
    this.out.end();
    boundEnd(this.out, this.endMs);
  }
}

/** boundEnd gives up an answer that has been written whole if it is not out within ms: its client does not read. */
export function boundEnd(out: Writable, ms: number): void {
  const late = setTimeout(() => out.destroy(new Error('an answer was not read in time')), ms).unref();
  out.once('close', () => clearTimeout(late));
}
