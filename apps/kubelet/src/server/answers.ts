import type { ApiResponse, ByteSink } from '@navarch/apimachinery';

/** text answers with plain text. */
export function text(status: number, body: string, contentType = 'text/plain; charset=utf-8'): ApiResponse {
  return { status, headers: { 'content-type': contentType }, body: Buffer.from(body) };
}

/** json answers with JSON. */
export function json(value: unknown): ApiResponse {
  return text(200, JSON.stringify(value), 'application/json');
}

/** AnswerError is an answer that is not 200, in the plain text the kubelet's server speaks. */
export class AnswerError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** answered turns an AnswerError into its answer; other failures are 500. */
export async function answered(work: () => Promise<ApiResponse>): Promise<ApiResponse> {
  try {
    return await work();
  } catch (error) {
    return error instanceof AnswerError ? text(error.status, error.message) : text(500, (error as Error).message);
  }
}

/** writerTo writes to a sink at the reader's pace: it resolves when more may come, with false when the reader has gone. */
export function writerTo(sink: ByteSink): (chunk: Buffer) => Promise<boolean> {
  let drained: (() => void) | undefined;
  sink.onDrain(() => drained?.());
  return async chunk => {
    if (sink.closed.aborted) return false;
    if (sink.write(chunk)) return true;
    await new Promise<void>(resolve => {
      drained = resolve;
      sink.closed.addEventListener('abort', () => resolve(), { once: true });
    });
    return !sink.closed.aborted;
  };
}
