import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { createSecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { isStream, type ApiHandler, type ApiRequest } from '@navarch/apimachinery';
import { createTestPki, type TestPki } from '@navarch/testing';
import { HttpsTransport, type HttpsOptions } from './https-transport';
import { loadKubeconfig } from './kubeconfig';
import { transportSuite, type TransportHarness } from './testsuite/transport-suite';

let pki: TestPki;
let tls: { caFile: string; certFile: string; keyFile: string };
beforeAll(async () => {
  pki = await createTestPki();
  tls = await pki.issue({ name: 'kubernetes-admin' });
});
afterAll(() => pki?.remove());

async function serve(
  handler: ApiHandler,
  options: Partial<HttpsOptions> = {},
): Promise<TransportHarness & { url: string }> {
  const server = createSecureServer({
    cert: readFileSync(tls.certFile),
    key: readFileSync(tls.keyFile),
    ca: pki.caPem,
    requestCert: true,
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', session => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => void answer(handler, stream, headers as Record<string, string>));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const files = { ca: { file: pki.caFile }, cert: { file: tls.certFile }, key: { file: tls.keyFile } };
  const transport = new HttpsTransport({ server: url, ...files, ...options });
  const breakConnections = () => {
    for (const session of sessions) session.destroy();
    return Promise.resolve();
  };
  return {
    url,
    transport,
    breakConnections,
    async stop() {
      await transport.close();
      await breakConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

async function answer(handler: ApiHandler, stream: ServerHttp2Stream, headers: Record<string, string>): Promise<void> {
  const abort = new AbortController();
  stream.on('close', () => abort.abort());
  stream.on('error', () => undefined);
  const [path = '', query = ''] = headers[':path']!.split('?');
  const body = async () => {
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part as Buffer);
    return Buffer.concat(parts);
  };
  const request: ApiRequest = { method: headers[':method']!, path, query, headers, body, signal: abort.signal };
  const response = await handler(request);
  if (stream.destroyed) return;
  stream.respond({ ':status': response.status, ...response.headers });
  if (!isStream(response.body)) {
    for (const part of Buffer.isBuffer(response.body) ? [response.body] : response.body) stream.write(part);
    stream.end();
    return;
  }
  response.body.start({
    write: chunk => !stream.destroyed && stream.write(chunk),
    get bufferedBytes() {
      return stream.writableLength;
    },
    onDrain: listener => void stream.once('drain', listener),
    end: () => void stream.end(),
    closed: abort.signal,
  });
}

describe('HttpsTransport', () => {
  transportSuite(handler => serve(handler));

  test('a kubeconfig leads to the server with its certificates; relative files are beside it', async () => {
    const harness = await serve(({ headers }) =>
      Promise.resolve({ status: 200, headers: {}, body: Buffer.from(headers['authorization'] ?? 'none') }),
    );
    const file = join(dirname(pki.caFile), 'kubeconfig');
    const lines = [
      'current-context: a',
      `clusters: [{name: c, cluster: {server: "${harness.url}", certificate-authority: ca.crt}}]`,
      `users: [{name: u, user: {token: abc, client-certificate-data: ${readFileSync(tls.certFile).toString('base64')}, client-key: ${tls.keyFile}}}]`,
      'contexts: [{name: a, context: {cluster: c, user: u, namespace: lab}}]',
    ];
    writeFileSync(file, lines.join('\n'));
    const loaded = loadKubeconfig(file);
    expect(loaded.namespace).toBe('lab');
    const transport = new HttpsTransport(loaded);
    expect((await transport.send({ method: 'GET', path: '/' })).body.toString()).toBe('Bearer abc');
    await transport.close();
    await harness.stop();
  });

  // Node's server ends the connection of a client that resets more than a thousand streams in a burst.
  test('thousands of requests one after the other keep their connection', async () => {
    const { transport, stop } = await serve(() =>
      Promise.resolve({ status: 200, headers: {}, body: Buffer.from('x') }),
    );
    for (let i = 0; i < 60; i++) {
      const asked = Array.from({ length: 50 }, () => transport.send({ method: 'GET', path: '/' }));
      for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
    }
    await stop();
  });

  test('a server of another CA is not trusted', async () => {
    const other = await createTestPki();
    const harness = await serve(() => Promise.resolve({ status: 200, headers: {}, body: Buffer.alloc(0) }), {
      ca: { pem: other.caPem },
    });
    await expect(harness.transport.send({ method: 'GET', path: '/' })).rejects.toMatchObject({ code: 'unavailable' });
    await harness.stop();
    other.remove();
  });
});
