import {
  StatusError,
  isStream,
  type ApiHandler,
  type ApiResponse,
  type ByteSink,
  type StreamBody,
  type UserInfo,
} from '@navarch/apimachinery';
import type { Transport, TransportRequest, TransportResponse } from '@navarch/client';

const DEFAULT_TIMEOUT_MS = 30_000;
/** A reader that does not read holds at most this many bytes of a stream; the server then waits or cuts it. */
const STREAM_BUFFER = 16 * 1024 * 1024;

/**
 * loopbackTransport is a client's Transport straight into a handler, as a given user: for the server's own informers and
 * bootstrap. It goes through the whole chain but authentication.
 */
export function loopbackTransport(handler: ApiHandler, user: UserInfo): Transport {
  const closing = new AbortController();
  return {
    send: request => send(handler, user, closing.signal, request),
    stream: request => stream(handler, user, closing.signal, request),
    close() {
      closing.abort();
      return Promise.resolve();
    },
  };
}

async function ask(
  handler: ApiHandler,
  user: UserInfo,
  request: TransportRequest,
  signal: AbortSignal,
): Promise<ApiResponse> {
  const mark = request.path.indexOf('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  const response = await handler({
    method: request.method,
    path: mark < 0 ? request.path : request.path.slice(0, mark),
    query: mark < 0 ? '' : request.path.slice(mark + 1),
    headers,
    body: () => Promise.resolve(request.body ?? Buffer.alloc(0)),
    user,
    signal,
  });
  if (response.status >= 400 && !isStream(response.body)) throw failureOf(response);
  return response;
}

function bytesOf(body: Exclude<ApiResponse['body'], StreamBody>): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.concat(body);
}

/** failureOf reads the Status that a failed request was answered with; a plain text answer becomes one. */
function failureOf(response: ApiResponse): StatusError {
  const text = bytesOf(response.body as Buffer).toString();
  try {
    const status = JSON.parse(text) as Record<string, unknown>;
    if (status['kind'] === 'Status') return StatusError.fromStatus(status);
  } catch {
    // Not every answer is a Status: a missing page is plain text.
  }
  return new StatusError(response.status, '', text.trim());
}

function linked(signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter(s => s !== undefined));
}

async function send(
  handler: ApiHandler,
  user: UserInfo,
  closing: AbortSignal,
  request: TransportRequest,
): Promise<TransportResponse> {
  const signal = linked([closing, request.signal, AbortSignal.timeout(request.timeoutMs ?? DEFAULT_TIMEOUT_MS)]);
  const response = await ask(handler, user, request, signal);
  const body = isStream(response.body) ? await collect(response.body, signal) : bytesOf(response.body);
  return { status: response.status, headers: response.headers, body };
}

async function collect(body: StreamBody, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of reading(body, signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function stream(
  handler: ApiHandler,
  user: UserInfo,
  closing: AbortSignal,
  request: TransportRequest,
): Promise<AsyncIterable<Buffer>> {
  const gone = new AbortController();
  const signal = linked([closing, request.signal, gone.signal]);
  const response = await ask(handler, user, request, signal);
  if (!isStream(response.body)) return oneChunk(bytesOf(response.body));
  return reading(response.body, signal, () => gone.abort());
}

/** oneChunk iterates over what was answered at once. */
async function* oneChunk(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

/** reading iterates over a stream's chunks; leaving the loop closes the stream. */
async function* reading(
  body: StreamBody,
  signal: AbortSignal,
  left: () => void = () => undefined,
): AsyncGenerator<Buffer> {
  const sink = new MemorySink(signal);
  body.start(sink);
  try {
    for (;;) {
      const chunk = await sink.next();
      if (!chunk) return;
      yield chunk;
    }
  } finally {
    sink.close();
    left();
  }
}

/** MemorySink hands chunks from a producer to a reader in the same process. */
class MemorySink implements ByteSink {
  private chunks: Buffer[] = [];
  private waiting: ((chunk: Buffer | undefined) => void) | undefined;
  private drain: (() => void) | undefined;
  private ended = false;
  private readonly closing = new AbortController();
  bufferedBytes = 0;

  constructor(signal: AbortSignal) {
    if (signal.aborted) this.close();
    else signal.addEventListener('abort', () => this.close(), { once: true });
  }

  get closed(): AbortSignal {
    return this.closing.signal;
  }

  write(chunk: Buffer): boolean {
    if (this.ended) return true;
    if (this.waiting) {
      this.wake(chunk);
      return true;
    }
    this.chunks.push(chunk);
    this.bufferedBytes += chunk.length;
    return this.bufferedBytes < STREAM_BUFFER;
  }

  onDrain(listener: () => void): void {
    this.drain = listener;
  }

  end(): void {
    this.ended = true;
    this.wake(undefined);
  }

  close(): void {
    this.end();
    this.closing.abort();
  }

  next(): Promise<Buffer | undefined> {
    const chunk = this.chunks.shift();
    if (chunk) {
      const full = this.bufferedBytes >= STREAM_BUFFER;
      this.bufferedBytes -= chunk.length;
      if (full && this.bufferedBytes < STREAM_BUFFER) this.drain?.();
      return Promise.resolve(chunk);
    }
    if (this.ended) return Promise.resolve(undefined);
    return new Promise(resolve => (this.waiting = resolve));
  }

  private wake(chunk: Buffer | undefined): void {
    const waiting = this.waiting;
    this.waiting = undefined;
    waiting?.(chunk);
  }
}
