import { StatusError } from '@navarch/apimachinery';
import type { RequestInfo } from '../interfaces';
import { isLongRunning } from '../request-info';

export type FlightKind = 'mutating' | 'readOnly';

const readOnlyVerbs = new Set(['get', 'list', 'watch', 'head', 'options']);

/** flightKindOf tells which bound a request counts against; undefined: none (watches, connections, health). */
export function flightKindOf(info: RequestInfo, privileged: boolean): FlightKind | undefined {
  if (privileged || isLongRunning(info)) return undefined;
  return readOnlyVerbs.has(info.verb) ? 'readOnly' : 'mutating';
}

/** InFlight counts the requests that are being served and refuses those past the bounds. */
export class InFlight {
  readonly current: Record<FlightKind, number> = { mutating: 0, readOnly: 0 };

  constructor(private readonly bounds: Readonly<Record<FlightKind, number>>) {}

  /** enter counts a request in, or throws 429. Each enter needs one leave. */
  enter(kind: FlightKind): void {
    if (this.current[kind] >= this.bounds[kind]) throw tooMany();
    this.current[kind]++;
  }

  leave(kind: FlightKind): void {
    this.current[kind]--;
  }
}

function tooMany(): StatusError {
  return new StatusError(429, 'TooManyRequests', 'Too many requests, please try again later.', {
    retryAfterSeconds: 1,
  });
}
