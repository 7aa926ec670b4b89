/** CrashBackoff holds how long each key has to wait after an event: initial, then doubled at each step, forgotten after twice the maximum. */
export class CrashBackoff {
  private readonly entries = new Map<string, { delayMs: number; updatedAt: number }>();

  constructor(
    private readonly initialMs: number,
    private readonly maxMs: number,
  ) {}

  /** delay is the key's present delay; 0 if it has none. */
  delay(key: string): number {
    return this.entries.get(key)?.delayMs ?? 0;
  }

  /** remaining is how long, from now, the key still waits for an event at `since`; 0: it may go on. */
  remaining(key: string, since: number, now: number): number {
    const entry = this.current(key, since);
    return entry ? Math.max(0, since + entry.delayMs - now) : 0;
  }

  /** remainingSinceStep is like remaining, counted from the key's last step. */
  remainingSinceStep(key: string, now: number): number {
    const entry = this.current(key, now);
    return entry ? Math.max(0, entry.updatedAt + entry.delayMs - now) : 0;
  }

  /** step starts the key's delay, or doubles it; `at` is when the event was. */
  step(key: string, at: number, now: number): void {
    const entry = this.current(key, at);
    this.entries.set(key, {
      delayMs: entry ? Math.min(this.maxMs, entry.delayMs * 2) : this.initialMs,
      updatedAt: now,
    });
  }

  /** forget drops the keys that start with this prefix: what they were about is gone. */
  forget(prefix: string): void {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.entries.delete(key);
  }

  /** current is the entry unless the event came more than twice the maximum after its last step: then it starts anew. */
  private current(key: string, at: number) {
    const entry = this.entries.get(key);
    return entry && at - entry.updatedAt <= 2 * this.maxMs ? entry : undefined;
  }
}
