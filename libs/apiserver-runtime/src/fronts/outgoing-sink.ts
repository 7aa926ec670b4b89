import type { ByteSink } from '@navarch/apimachinery';
import type { Answering } from './answering';

/** OutgoingSink is the ByteSink over an answer on its way. Once it has ended, what is left has endMs to get out. */
export class OutgoingSink implements ByteSink {
  constructor(
    private readonly out: Answering,
    readonly closed: AbortSignal,
    private readonly endMs: number,
  ) {}

  get bufferedBytes(): number {
    return this.out.unsentBytes;
  }

  write(chunk: Buffer): boolean {
    return this.out.write(chunk);
  }

  onDrain(listener: () => void): void {
    this.out.onDrained(listener);
  }

  end(): void {
    this.out.end();
    boundEnd(this.out, this.endMs);
  }
}

/** boundEnd gives up an answer that has been written whole if it is not out within ms: its client does not read. */
export function boundEnd(out: Answering, ms: number): void {
  const late = setTimeout(() => out.giveUp(), ms).unref();
  out.onGone(() => clearTimeout(late));
}
