import { SpanStatusCode, trace, type Attributes } from '@opentelemetry/api';

/** keeping tells whether spans go anywhere. */
let keeping = false;

/** keepSpans says that an SDK was set: from now on work is traced. Before, spans cost nothing. */
export function keepSpans(): void {
  keeping = true;
}

/** traced runs fn inside a span of the process's tracer; a rejection marks the span failed and passes on. Just fn until keepSpans. */
export function traced<T>(name: string, attributes: Attributes, fn: () => Promise<T>): Promise<T> {
  if (!keeping) return fn();
  return trace.getTracer('navarch').startActiveSpan(name, { attributes }, async span => {
    try {
      return await fn();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}
