import { StatusError } from '@navarch/apimachinery';
import type { FlightKind, RequestInfo } from '../interfaces';

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
