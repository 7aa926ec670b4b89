import { StatusError } from '@navarch/apimachinery';
import type { RequestContext, RequestInfo } from '../interfaces';

/** FlightKind is what a request does to the server's state. */
export type FlightKind = 'mutating' | 'readOnly';

/** Seat is the right to be served. */
export interface Seat {
  /** headers go with the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** release gives it back; only the first call counts. */
  release(): void;
}

/** FlowControl says how many requests are served at a time, and whose turn it is. */
export interface FlowControl {
  /**
   * enter answers a seat at once where one is free, a promise of one where the request has to wait, undefined for what needs
   * none. It throws, or rejects with, an OverloadError when there is no room.
   */
  enter(context: RequestContext): Seat | Promise<Seat> | undefined;
  /** current counts the requests that are being served. */
  readonly current: Readonly<Record<FlightKind, number>>;
}

const readOnlyVerbs = new Set(['get', 'list', 'watch', 'head', 'options']);

/** flightKindOf tells what a request does. */
export function flightKindOf({ verb }: RequestInfo): FlightKind {
  return readOnlyVerbs.has(verb) ? 'readOnly' : 'mutating';
}

/** OverloadError is 429: too much at a time. It is answered as plain text, as upstream's filters do. */
export class OverloadError extends StatusError {
  constructor(readonly headers: Readonly<Record<string, string>> = {}) {
    super(429, 'TooManyRequests', 'Too many requests, please try again later.', { retryAfterSeconds: 1 });
  }
}
