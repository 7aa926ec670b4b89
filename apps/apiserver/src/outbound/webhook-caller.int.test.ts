import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestPki, type TestPki } from '@navarch/testing';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { callWebhook, type Callee } from './webhook-caller';

const REVIEW = { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request: { ask: 1 } };

describe('a webhook behind a service', () => {
  let pki: TestPki;
  let server: Server;
  let port: number;
  let caBundle: string;
  const asked: { readonly url: string; readonly host: string; readonly name: unknown; readonly body: string }[] = [];

  beforeAll(async () => {
    pki = await createTestPki();
    caBundle = Buffer.from(pki.caPem).toString('base64');
    const { certPem: cert, keyPem: key } = await pki.issue({ name: 'webhook', hosts: ['hook.shop.svc'] });
    server = createServer({ cert, key }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { url = '', socket, headers } = request;
        const { servername } = socket as TLSSocket & { servername?: string };
        asked.push({ url, host: headers.host ?? '', name: servername, body: Buffer.concat(chunks).toString() });
        if (url.startsWith('/long')) response.end('x'.repeat(4 * 1024 * 1024));
        else if (url.startsWith('/text')) response.end('no JSON');
        else if (url.startsWith('/silent')) return;
        else response.end('{"done":true}');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(async () => {
    server?.closeAllConnections();
    server?.close();
    pki?.remove();
    await Promise.resolve();
  });

  const call = (path: string, more: Partial<Callee['clientConfig']> = {}, timeoutSeconds = 10) => {
    const service = { namespace: 'shop', name: 'hook', path };
    const options = {
      resolve: () => Promise.resolve({ host: '127.0.0.1', port }),
      tls: () => undefined,
    };
    return callWebhook({ clientConfig: { caBundle, service, ...more }, timeoutSeconds }, REVIEW, options);
  };

  test('is reached at its address, and known by the name of its service', async () => {
    expect(await call('/review')).toEqual({ done: true });
    expect(asked.at(-1)).toEqual({
      ...{ url: '/review?timeout=10s', host: 'hook.shop.svc', name: 'hook.shop.svc' },
      body: JSON.stringify(REVIEW),
    });
  });

  test.each<[string, string, Partial<Callee['clientConfig']>, number, RegExp]>([
    ['an answer that is too long', '/long', {}, 10, /: the answer is too long$/],
    ['an answer that is no JSON', '/text', {}, 10, /^couldn't get version\/kind; json parse error: /],
    ['no answer', '/silent', {}, 1, /\/silent\?timeout=1s": context deadline exceeded$/],
    ['a certificate of another name', '/review', { service: { namespace: 'x', name: 'y' } }, 10, /altnames/],
    [
      'a certificate of a CA that is not trusted',
      '/review',
      { caBundle: '' },
      10,
      /^Post "https:\/\/hook\.shop\.svc:443\//,
    ],
  ])('%s is told', async (_, path, more, seconds, why) => {
    await expect(call(path, more, seconds)).rejects.toThrow(why);
  });
});
