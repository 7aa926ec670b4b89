import { createLogger, describe, type Logger } from '@navarch/base';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { cacheDir } from '../cluster/paths';
import { ImageStore } from '../images/image-store';
import { parseRequest, type RegistryRequest } from './reference';
import { Upstream } from './upstream';

/**
 * serveRegistry serves the built images to the workers' containerd, read-only, by the OCI distribution protocol. What was not
 * built is fetched from the registry it belongs to, where that can be reached. It runs until the process is told to stop.
 */
export async function serveRegistry(address: string, port: number): Promise<void> {
  const log = createLogger({ component: 'registry' });
  const server = createRegistryServer(new ImageStore(path.join(cacheDir(), 'images')), new Upstream(), log);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  log.info('serving', { address, port });
  await new Promise<void>(resolve => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve());
  });
  server.closeAllConnections();
  server.close();
}

/** createRegistryServer makes the server without listening. */
export function createRegistryServer(store: ImageStore, upstream: Pick<Upstream, 'fetch'>, log: Logger): http.Server {
  return http.createServer((request, response) => {
    request.resume();
    answer(store, upstream, request, response, log).catch((error: unknown) => {
      log.warn('request failed', { url: request.url, err: describe(error) });
      if (response.headersSent) response.destroy();
      else
        refuse(
          response,
          404,
          'MANIFEST_UNKNOWN',
          `not built here, and its registry cannot be reached: ${describe(error)}`,
        );
    });
  });
}

async function answer(
  store: ImageStore,
  upstream: Pick<Upstream, 'fetch'>,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  log: Logger,
): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'UNSUPPORTED', 'this registry is read-only');
  if (url === '/healthz') return void response.writeHead(200, { 'Content-Type': 'text/plain' }).end('ok');
  if (url === '/v2/' || url === '/v2' || url.startsWith('/v2/?'))
    return void response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  const asked = parseRequest(url);
  if (!asked) return refuse(response, 404, 'NAME_UNKNOWN', 'no such repository');
  if (await answerFromStore(store, asked, method, response)) return;
  log.info('passing on', { registry: asked.registry, repository: asked.repository, reference: asked.reference });
  await passOn(await upstream.fetch(method, asked, request.headers.accept), response);
}

async function answerFromStore(
  store: ImageStore,
  asked: RegistryRequest,
  method: string,
  response: http.ServerResponse,
): Promise<boolean> {
  const manifest = asked.kind === 'manifests' ? findManifest(store, asked) : undefined;
  const digest = manifest?.digest ?? asked.reference;
  const file = store.blobFile(digest);
  if (!file || (asked.kind === 'manifests' && !manifest)) return false;
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return false;
  response.writeHead(200, {
    'Content-Type': manifest?.mediaType ?? 'application/octet-stream',
    'Content-Length': size,
    'Docker-Content-Digest': digest,
    'Docker-Distribution-Api-Version': 'registry/2.0',
  });
  if (method === 'HEAD') response.end();
  else await pipeline(fs.createReadStream(file), response);
  return true;
}

function findManifest(store: ImageStore, asked: RegistryRequest) {
  const images = store.images();
  if (!asked.reference.startsWith('sha256:'))
    return images.get(`${asked.registry}/${asked.repository}:${asked.reference}`);
  return [...images.values()].find(manifest => manifest.digest === asked.reference);
}

async function passOn(answered: Response, response: http.ServerResponse): Promise<void> {
  const headers: http.OutgoingHttpHeaders = {};
  for (const name of ['content-type', 'content-length', 'docker-content-digest']) {
    const value = answered.headers.get(name);
    // What was compressed on the way has another length here.
    if (value !== null && !(name === 'content-length' && answered.headers.has('content-encoding')))
      headers[name] = value;
  }
  // Asking the client for credentials would make it send them here; it asks the registry itself when we have nothing.
  response.writeHead(answered.status === 401 ? 404 : answered.status, headers);
  if (answered.body) await pipeline(Readable.fromWeb(answered.body as ReadableStream), response);
  else response.end();
}

function refuse(response: http.ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}
