import { StatusError, badRequest, formatDuration, parseDuration } from '@navarch/apimachinery';
import type { Clock } from '@navarch/base';
import type { Minor } from '@navarch/kinds';
import type { Exchange } from './exchange';

/** Deadline is how long a request may take, and what it is answered if it takes longer. */
export interface Deadline {
  readonly ms: number;
  readonly message: string;
}

/** ASKED_SINCE is the first release in which whoever asks says how long any request may take. Before, that was heard of writes only. */
const ASKED_SINCE: Minor = 21;
const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
/** WRITE_MS is how long a write of those releases takes at most if nobody says so. */
const WRITE_MS = 34_000;

const ofWrite = (ms: number): Deadline => ({
  ms,
  message: `request did not complete within requested timeout ${formatDuration(ms)}`,
});

/** Deadlines knows how long requests may take. */
export class Deadlines {
  private readonly longest: Deadline;
  private readonly longestWrite: Deadline;
  private readonly unasked = ofWrite(WRITE_MS);

  /** maxMs bounds every request. */
  constructor(
    private readonly emulated: Minor,
    maxMs: number,
  ) {
    const message = `request did not complete within ${emulated < ASKED_SINCE ? formatDuration(maxMs) : 'the allotted timeout'}`;
    this.longest = { ms: maxMs, message };
    this.longestWrite = {
      ms: maxMs,
      message: 'request did not complete within requested timeout - context deadline exceeded',
    };
  }

  /** of is the deadline of a request that is not to last; 400 for a `timeout` that is none, where that matters. */
  of({ request, query, info }: Pick<Exchange, 'request' | 'query' | 'info'>): Deadline {
    const given = request.query === '' ? '' : (query.get('timeout') ?? '');
    const { unasked } = this;
    const isWrite = info.isResourceRequest && WRITES.has(info.verb);
    if (this.emulated >= ASKED_SINCE) {
      const longest = isWrite ? this.longestWrite : this.longest;
      const asked = given === '' ? 0 : durationOf(given);
      return asked > 0 && asked < longest.ms ? { ...longest, ms: asked } : longest;
    }
    const { longest } = this;
    if (!isWrite) return longest;
    const write = given === '' ? unasked : (readDeadline(given) ?? unasked);
    return write.ms < longest.ms ? write : longest;
  }
}

function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw badRequest(`invalid timeout specified in the request URL - ${(error as Error).message}`);
  }
}

function readDeadline(text: string): Deadline | undefined {
  try {
    return ofWrite(parseDuration(text));
  } catch {
    return undefined;
  }
}

/** SHORTEST_MS is the least that a clock measures. */
const SHORTEST_MS = 1;

/**
 * withDeadline answers 504 Timeout when the work takes longer than its deadline, and does not begin with what is too late already. The work
 * itself goes on: a write may still happen.
 */
export function withDeadline<T>(begin: () => Promise<T>, { ms, message }: Deadline, clock: Clock): Promise<T> {
  const late = () => new StatusError(504, 'Timeout', `Timeout: ${message}`, {});
  if (ms < SHORTEST_MS) return Promise.reject(late());
  return new Promise<T>((resolve, reject) => {
    const timer = clock.after(ms, () => reject(late()));
    begin().then(
      value => {
        timer[Symbol.dispose]();
        resolve(value);
      },
      (error: unknown) => {
        timer[Symbol.dispose]();
        reject(error as Error);
      },
    );
  });
}
