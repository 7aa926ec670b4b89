import { StatusError, badRequest, formatDuration, parseDuration } from '@navarch/apimachinery';
import type { Clock } from '@navarch/base';
import type { Minor } from '@navarch/kinds';
import type { RequestInfo } from '../interfaces';

/** Deadline is how long a request may take, and what is said when it takes longer. */
export interface Deadline {
  readonly ms: number;
  readonly message: string;
}

/** BOUNDS_ALL_SINCE is the first release in which `?timeout` is for every request that ends, and has to be one. */
const BOUNDS_ALL_SINCE: Minor = 21;
const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** allotted is the deadline of requests that ask for none. */
export const allotted = (ms: number): Deadline => ({
  ms,
  message: `request did not complete within the allotted timeout of ${ms / 1000}s`,
});

/**
 * deadlineOf is the deadline of a request that ends: `longest` unless it asks for less by `?timeout`. Before 1.21 only writes could, by any
 * time, and what is none counted for nothing; since then none at all counts for nothing, and what is no time is a bad request.
 */
export function deadlineOf(
  query: URLSearchParams,
  { isResourceRequest, verb }: Pick<RequestInfo, 'isResourceRequest' | 'verb'>,
  longest: Deadline,
  emulated: Minor,
): Deadline {
  const text = query.get('timeout');
  const boundsAll = emulated >= BOUNDS_ALL_SINCE;
  if (!text || (!boundsAll && !(isResourceRequest && WRITES.has(verb)))) return longest;
  let ms: number;
  try {
    ms = parseDuration(text);
  } catch (error) {
    if (boundsAll) throw badRequest(`invalid timeout specified in the request URL - ${(error as Error).message}`);
    return longest;
  }
  if (ms >= longest.ms || (boundsAll && ms <= 0)) return longest;
  const why = boundsAll ? ' - context deadline exceeded' : ` ${formatDuration(ms)}`;
  return { ms, message: `request did not complete within requested timeout${why}` };
}

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

/** SHORTEST_MS is the least that a clock measures. */
const SHORTEST_MS = 1;
