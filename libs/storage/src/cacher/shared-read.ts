import { setImmediate } from 'node:timers/promises';

/**
 * SharedRead lets many callers share a read that must begin after each of them asked. One read is under way at a time; the next begins when
 * that has ended and all that has arrived with its first caller has been looked at, for everybody who asked until then.
 */
export class SharedRead<T> {
  private running: Promise<unknown> | undefined;
  private next: Promise<T> | undefined;

  constructor(private readonly read: () => Promise<T>) {}

  get(): Promise<T> {
    return (this.next ??= this.soon());
  }

  private async soon(): Promise<T> {
    await this.running;
    await setImmediate();
    this.next = undefined;
    const read = this.read();
    this.running = read.catch(() => undefined);
    return read;
  }
}
