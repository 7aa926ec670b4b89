import { keepSpans, type Stoppable } from '@navarch/base';

/**
 * startTracing exports spans by OTLP over HTTP when OTEL_EXPORTER_OTLP_ENDPOINT is set, as OpenTelemetry documents; else it
 * loads nothing and spans cost nothing.
 */
export async function startTracing(component: string): Promise<Stoppable> {
  if (!process.env['OTEL_EXPORTER_OTLP_ENDPOINT']) return { stop: () => Promise.resolve() };
  const [{ NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': component }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  keepSpans();
  return { stop: () => provider.shutdown() };
}
