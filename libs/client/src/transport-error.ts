import { StatusError, type Status } from '@navarch/apimachinery';

/** TransportError: nothing answered, or a stream broke. The request may or may not have been done: read before trying again. */
export class TransportError extends Error {
  constructor(
    /** timeout: no answer in time; unavailable: nobody to ask; broken: the connection or stream ended early; closed: by us. */
    readonly code: 'timeout' | 'unavailable' | 'broken' | 'closed',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'TransportError';
  }
}

/** failureOf makes the StatusError of an answer with a code of 400 or more: its Status, or a generic one around plain text. */
export function failureOf(code: number, body: Buffer, headers: Readonly<Record<string, string>>): StatusError {
  if ((headers['content-type'] ?? '').includes('json')) {
    try {
      const status = JSON.parse(body.toString('utf8')) as Partial<Status>;
      if (status.kind === 'Status') return StatusError.fromStatus({ ...status, code: status.code || code });
    } catch {
      // Not JSON after all: answered as text below.
    }
  }
  const text = body.toString('utf8', 0, 2048).trim();
  const seconds = Number(headers['retry-after']);
  const details = Number.isFinite(seconds) && headers['retry-after'] ? { retryAfterSeconds: seconds } : undefined;
  return new StatusError(code, REASONS[code] ?? 'Unknown', text || `the server answered ${code}`, details);
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** gather concatenates a body; it throws a TransportError past `limit` bytes. */
export async function gather(chunks: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of chunks) {
    size += part.length;
    if (size > limit) throw new TransportError('broken', `the answer is longer than ${limit} bytes`);
    parts.push(part);
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts, size);
}

/** MAX_ANSWER bounds an answer that is read whole, in bytes. */
export const MAX_ANSWER = 1024 * 1024 * 1024;
