/** Clock tells the time and wakes people up. It is injected wherever time decides, so that tests own it. */
export interface Clock {
  /** now is the wall-clock time in milliseconds since the Unix epoch. */
  now(): number;
  /** after runs fn once, ms milliseconds from now, unless disposed before. */
  after(ms: number, fn: () => void): Disposable;
  /** sleep resolves after ms milliseconds; it rejects with the signal's reason when that aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** systemClock is the machine's own clock. Its timers never keep a process alive that has nothing else to do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    timer.unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal!.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
};

/** rfc3339 renders milliseconds since the epoch as metav1.Time does: UTC, whole seconds, `2024-01-02T03:04:05Z`. */
export function rfc3339(ms: number): string {
  const second = Math.floor(ms / 1000);
  // Whoever asks asks for the present second, mostly.
  if (second !== last.second) last = { second, text: `${new Date(second * 1000).toISOString().slice(0, 19)}Z` };
  return last.text;
}

let last = { second: NaN, text: '' };

/** rfc3339Micro renders milliseconds since the epoch as metav1.MicroTime does, with six digits of fraction. */
export function rfc3339Micro(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}

const CYCLE_YEARS = 400;
const CYCLE_MS = 146_097 * 86_400_000;

/** utcMs is Date.UTC, milliseconds since the epoch, but for years before 100: those are taken as they are, not as 19xx. */
export function utcMs(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  return Date.UTC(year + CYCLE_YEARS, month, day, hour, minute, second) - CYCLE_MS;
}
