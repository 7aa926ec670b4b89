export interface EventuallyOptions {
  /** timeoutMs is how long to go on trying; 10 seconds unless given. */
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/** eventually calls fn until it neither throws nor answers false, and answers what it answered; past the timeout it throws fn's last error. */
export async function eventually<T>(fn: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  const { timeoutMs = 10_000, intervalMs = 20 } = options;
  const end = Date.now() + timeoutMs;
  let failure: unknown = new Error('it stayed false');
  for (;;) {
    try {
      const value = await fn();
      if (value !== false) return value;
      failure = new Error('it stayed false');
    } catch (error) {
      failure = error;
    }
    if (Date.now() >= end) throw new Error(`not within ${timeoutMs} ms: ${String(failure)}`, { cause: failure });
    await new Promise(resolve => setTimeout(resolve, intervalMs));
  }
}
