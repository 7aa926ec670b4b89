/** BackoffOptions shape an exponential backoff; durations in milliseconds. */
export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
  /** factor multiplies the delay after each failure; 2 unless given. */
  readonly factor?: number;
  /** jitter adds up to this share of the delay at random (0.1 = up to 10 %); 0 unless given. */
  readonly jitter?: number;
}

/** Backoff hands out growing delays. Not shared between keys: one instance a retried thing. */
export class Backoff {
  private failures = 0;

  constructor(private readonly options: BackoffOptions) {}

  /** next is the delay, in milliseconds, before the coming attempt; each call counts one failure. */
  next(): number {
    const delay = backoffDelay(this.options, this.failures);
    this.failures++;
    return delay * (1 + Math.random() * (this.options.jitter ?? 0));
  }

  /** reset forgets the failures, after a success. */
  reset(): void {
    this.failures = 0;
  }
}

/** backoffDelay is the delay in milliseconds after `failures` earlier failures, without jitter. */
export function backoffDelay(options: BackoffOptions, failures: number): number {
  return Math.min(options.maxMs, options.initialMs * (options.factor ?? 2) ** failures);
}
