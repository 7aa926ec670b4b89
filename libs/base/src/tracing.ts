import { SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';

/** traced runs fn inside a span of the process's tracer; a rejection marks the span failed and passes on. No-op until an SDK is set. */
export function traced<T>(name: string, attributes: Attributes, fn: (span: Span) => Promise<T>): Promise<T> {
  return trace.getTracer('navarch').startActiveSpan(name, { attributes }, async span => {
    try {
      return await fn(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}
