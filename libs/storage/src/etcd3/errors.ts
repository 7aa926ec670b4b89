import { StatusError, gone } from '@navarch/apimachinery';
import { describe } from '@navarch/base';

const UNAVAILABLE =
  /UNAVAILABLE|no leader|leader changed|server stopped|client was already closed|Channel closed|channel has been shut down/i;
const TIMEOUT = /DEADLINE_EXCEEDED|Deadline exceeded|request timed out/i;
const NEVER_SENT =
  /No connection established|The call was never taken|ECONNREFUSED|Name resolution failed|Channel closed|channel has been shut down/i;

/** etcdError makes a StatusError of what the etcd client threw: 410 compacted, a bare 500 too large, 503 unavailable, 504 timed out, 500 else. */
export function etcdError(error: unknown): Error {
  if (error instanceof StatusError) return error;
  const text = describe(error);
  if (/required revision has been compacted/.test(text)) return compactedError();
  if (/request is too large/.test(text)) return withCause(tooBig(), error);
  if (TIMEOUT.test(text))
    return withCause(new StatusError(504, 'Timeout', 'etcd did not answer in time', { retryAfterSeconds: 1 }), error);
  if (UNAVAILABLE.test(text)) return withCause(unavailable(), error);
  return withCause(
    new StatusError(500, 'InternalError', `Internal error occurred: ${text}`, { causes: [{ message: text }] }),
    error,
  );
}

/** wasNeverSent tells whether a failed request certainly did not reach an etcd, so that it may be sent again whatever it does. */
export function wasNeverSent(error: unknown): boolean {
  return NEVER_SENT.test(describe(error));
}

/** mayElsewhere tells whether another member of the cluster could do better. */
export function mayElsewhere(mapped: Error): boolean {
  return mapped instanceof StatusError && (mapped.code === 503 || mapped.code === 504);
}

/** compactedError is the answer to a read of a revision that etcd has forgotten. */
export function compactedError(): StatusError {
  return gone('The resourceVersion for the provided list is too old.');
}

/** tooOld is the answer to a watch that would begin below what is remembered. */
export function tooOld(asked: number, floor: number): StatusError {
  return gone(`too old resource version: ${asked} (${floor})`);
}

/** tooLarge is the answer to a read that asks for a revision that does not come. Of a page, which upstream reads from etcd, it does not say when to ask again. */
export function tooLarge(asked: number, current: number, limit?: number): StatusError {
  return new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    ...(limit === undefined && { retryAfterSeconds: 1 }),
  });
}

/** futureRevision is the answer to a read of the very state at a revision that has yet to come: a bare 500 in etcd's words, as upstream passes it on. */
export function futureRevision(): StatusError {
  return new StatusError(500, '', 'etcdserver: mvcc: required revision is a future revision');
}

/** tooBig is the answer to an object that etcd does not take: etcd's own words, as upstream passes them on. */
function tooBig(): StatusError {
  return new StatusError(500, '', 'etcdserver: request is too large');
}

function unavailable(): StatusError {
  return new StatusError(503, 'ServiceUnavailable', 'etcd is unavailable', { retryAfterSeconds: 1 });
}

function withCause<E extends Error>(error: E, cause: unknown): E {
  error.cause = cause;
  return error;
}
