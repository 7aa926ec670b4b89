import type { ApiResponse, ByteSink, StreamBody } from '@navarch/apimachinery';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-connection',
]);

/** relay passes a backend's answer on as it comes: status, end-to-end headers, and the body under the asker's own pace. */
export function relay(response: IncomingMessage): ApiResponse {
  return { status: response.statusCode ?? 502, headers: endToEndHeaders(response.headers), body: streamOf(response) };
}

/** endToEndHeaders drops what concerns one connection only. */
export function endToEndHeaders(headers: IncomingMessage['headers']): Record<string, string> {
  const kept = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name)) kept.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return Object.fromEntries(kept);
}

/** streamOf reads while the sink takes, and stops reading when the asker has gone. */
export function streamOf(source: Readable): StreamBody {
  return {
    start(sink: ByteSink) {
      sink.closed.addEventListener('abort', () => source.destroy(), { once: true });
      if (sink.closed.aborted) source.destroy();
      source.on('data', (chunk: Buffer) => {
        if (!sink.write(chunk)) source.pause();
      });
      sink.onDrain(() => source.resume());
      source.once('end', () => sink.end());
      source.once('error', () => sink.end());
      source.once('close', () => sink.end());
    },
  };
}
