import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { HealthProbe } from './spec';

/** probe asks a component for its health: undefined when it is well, else what is wrong, in a few words. Never rejects. */
export function probe(health: HealthProbe, timeoutMs = 1_000): Promise<string | undefined> {
  return new Promise(resolve => {
    let request: http.ClientRequest;
    try {
      request = open(health, timeoutMs);
    } catch (error) {
      return resolve((error as Error).message);
    }
    request.on('response', response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.length < 16 && chunks.push(chunk));
      response.on('end', () =>
        resolve(response.statusCode === 200 ? undefined : answer(response.statusCode, Buffer.concat(chunks))),
      );
      response.on('error', error => resolve(error.message));
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', error =>
      resolve((error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'not listening' : error.message),
    );
    request.end();
  });
}

function open(health: HealthProbe, timeout: number): http.ClientRequest {
  const options = { timeout, agent: false as const };
  if (!health.url.startsWith('https:')) return http.request(health.url, options);
  const read = (file?: string) => (file === undefined ? undefined : fs.readFileSync(file));
  return https.request(health.url, { ...options, ca: read(health.ca), cert: read(health.cert), key: read(health.key) });
}

function answer(status: number | undefined, body: Buffer): string {
  // A failing check is told as "[-]name failed: …" among those that pass.
  const failed = body
    .toString('utf8')
    .split('\n')
    .find(line => line.startsWith('[-]'));
  return failed ?? `HTTP ${status ?? '?'}`;
}
