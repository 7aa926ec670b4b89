/** PRECISION_MS is how late a deadline may be. */
const PRECISION_MS = 100;

/** Expiring is what ends when its time is over. */
export interface Expiring {
  /** expire is called once the time is over, unless it was deleted before. */
  expire(): void;
}

/**
 * Deadlines end calls that take too long, up to 100 ms late. One timer looks after all of them, as one for each would cost more than the
 * rest of a call; none runs while there is nothing under way. It does not keep the process alive.
 */
export class Deadlines {
  private readonly running = new Map<Expiring, number>();
  private timer: NodeJS.Timeout | undefined;

  add(call: Expiring, timeoutMs: number): void {
    this.running.set(call, performance.now() + timeoutMs);
    this.timer ??= this.schedule();
  }

  delete(call: Expiring): void {
    this.running.delete(call);
  }

  private schedule(): NodeJS.Timeout {
    // A process that was stalled itself first reads what came meanwhile: immediates run behind the sockets.
    return setTimeout(() => setImmediate(() => this.sweep()), PRECISION_MS).unref();
  }

  private sweep(): void {
    const now = performance.now();
    for (const [call, deadline] of this.running) {
      if (deadline > now) continue;
      this.running.delete(call);
      call.expire();
    }
    this.timer = this.running.size ? this.schedule() : undefined;
  }
}
