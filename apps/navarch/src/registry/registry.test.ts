import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { silentLogger } from '@navarch/base';
import fs from 'node:fs';
import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { ImageStore, type Descriptor } from '../images/image-store';
import { parseRequest } from './reference';
import { createRegistryServer } from './serve';
import { parseChallenge } from './upstream';

describe('parseRequest', () => {
  test.each([
    [
      '/v2/library/nginx/manifests/latest?ns=docker.io',
      { kind: 'manifests', repository: 'library/nginx', reference: 'latest', registry: 'docker.io' },
    ],
    [
      '/v2/pause/manifests/3.9?ns=registry.k8s.io',
      { kind: 'manifests', repository: 'pause', reference: '3.9', registry: 'registry.k8s.io' },
    ],
    ['/v2/a/b/blobs/sha256:00', { kind: 'blobs', repository: 'a/b', reference: 'sha256:00', registry: 'docker.io' }],
    ['/v2/a..b/blobs/x', undefined],
    ['/v2/%2e%2e/etc/manifests/x', undefined],
    ['/v2/a/manifests/x?ns=evil.example/path', undefined],
    ['/v2/a/tags/list', undefined],
  ])('%s', (url, request) => {
    expect(parseRequest(url)).toEqual(request);
  });
});

test('parseChallenge reads a bearer challenge and no other', () => {
  expect(parseChallenge('Bearer realm="https://auth.example/token",service="r",scope="repository:a:pull"')).toEqual({
    realm: 'https://auth.example/token',
    service: 'r',
    scope: 'repository:a:pull',
  });
  expect(parseChallenge('Basic realm="x"')).toEqual({});
});

describe('the registry', () => {
  const content = Buffer.from('{"schemaVersion":2}');
  let folder: string;
  let server: http.Server;
  let base: string;
  let manifest: Descriptor;
  let passedOn: string[];

  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'registry-'));
    const store = new ImageStore(folder);
    manifest = store.put('application/vnd.oci.image.manifest.v1+json', content);
    store.name(['docker.io/library/web:latest', 'docker.io/library/web:1'], manifest);
    passedOn = [];
    const upstream = {
      fetch: async (_: string, request: { repository: string; reference: string }) => {
        passedOn.push(`${request.repository}:${request.reference}`);
        if (request.repository === 'private') return new Response('{}', { status: 401 });
        if (request.repository === 'library/real') return new Response('real', { headers: { 'content-type': 'x/y' } });
        throw new Error('no route');
      },
    };
    server = createRegistryServer(store, upstream, silentLogger);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    fs.rmSync(folder, { recursive: true });
  });

  test.each(['latest', '1'])('serves a built image by its tag %s and tells its digest', async tag => {
    const answer = await fetch(`${base}/v2/library/web/manifests/${tag}?ns=docker.io`);
    expect([answer.status, answer.headers.get('docker-content-digest'), answer.headers.get('content-type')]).toEqual([
      200,
      manifest.digest,
      manifest.mediaType,
    ]);
    expect(await answer.text()).toBe(content.toString());
    expect(passedOn).toEqual([]);
  });

  test('answers HEAD without a body', async () => {
    const answer = await fetch(`${base}/v2/library/web/manifests/${manifest.digest}`, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([
      200,
      String(content.length),
      '',
    ]);
  });

  test.each([
    ['an image of another registry by the same name', 'library/web/manifests/latest?ns=quay.io', 404],
    ['an image only its own registry has', 'library/real/manifests/latest', 200],
    ['an image that needs credentials, without asking for any', 'private/manifests/latest', 404],
    ['an image nobody can be asked for', 'library/other/manifests/latest', 404],
  ])('passes on %s', async (_, path, status) => {
    expect((await fetch(`${base}/v2/${path}`)).status).toBe(status);
    expect(passedOn).toHaveLength(1);
  });

  test('takes nothing in', async () => {
    expect((await fetch(`${base}/v2/library/web/manifests/latest`, { method: 'PUT', body: 'x' })).status).toBe(405);
  });
});
