/**
 * Channel is a queue between one producer that cannot wait and one consumer that can: push never blocks, the consumer
 * iterates. It is bounded: a push past the capacity closes it with ChannelOverflow, which the consumer sees last.
 */
export class Channel<T> implements AsyncIterable<T> {
  private readonly items: T[] = [];
  private waiter: ((result: IteratorResult<T>) => void) | undefined;
  private rejecter: ((error: Error) => void) | undefined;
  private ended = false;
  private failure: Error | undefined;

  constructor(private readonly capacity: number) {}

  get closed(): boolean {
    return this.ended;
  }

  /** push adds an item; false if the channel is closed, or is closed by this push's overflow. */
  push(item: T): boolean {
    if (this.ended) return false;
    if (this.waiter) {
      const resolve = this.waiter;
      this.waiter = this.rejecter = undefined;
      resolve({ value: item, done: false });
      return true;
    }
    if (this.items.length >= this.capacity) {
      this.close(new ChannelOverflow(this.capacity));
      return false;
    }
    this.items.push(item);
    return true;
  }

  /** close ends the iteration after the items already pushed; with an error, by throwing it. Idempotent. */
  close(error?: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.failure = error;
    const { waiter, rejecter } = this;
    this.waiter = this.rejecter = undefined;
    if (error) rejecter?.(error);
    else waiter?.({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return {
      next: () => {
        if (this.items.length) return Promise.resolve({ value: this.items.shift()!, done: false });
        if (this.failure) return Promise.reject(this.failure);
        if (this.ended) return Promise.resolve({ value: undefined, done: true });
        return new Promise<IteratorResult<T>>((resolve, reject) => {
          this.waiter = resolve;
          this.rejecter = reject;
        });
      },
      return: () => {
        this.close();
        this.items.length = 0;
        return Promise.resolve({ value: undefined, done: true });
      },
    };
  }
}

/** ChannelOverflow ends a channel whose consumer fell more than `capacity` items behind. */
export class ChannelOverflow extends Error {
  constructor(readonly capacity: number) {
    super(`the consumer fell more than ${capacity} items behind`);
  }
}
