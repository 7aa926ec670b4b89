import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { APIServices, CustomResourceDefinitions, type apiextensionsv1 } from '@navarch/api';
import type { StatusError } from '@navarch/apimachinery';
import type { KubeClient } from '@navarch/client';
import { eventually } from '@navarch/testing';
import { once } from 'node:events';
import { request, Agent } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { startTestCluster, type TestCluster } from './testing/test-server';

describe('what today’s clients discover', () => {
  let cluster: TestCluster;
  let port: number;
  let agent: Agent;
  let admin: KubeClient;

  beforeAll(async () => {
    cluster = await startTestCluster();
    const server = await cluster.start();
    port = server.port;
    admin = await server.as('admin', ['system:masters']);
    const { certPem: cert, keyPem: key } = await cluster.pki.issue({ name: 'me', organizations: ['system:masters'] });
    agent = new Agent({ ca: cluster.pki.caPem, cert, key, keepAlive: true });
  }, 60_000);
  afterAll(async () => {
    agent?.destroy();
    await cluster?.stop();
  }, 60_000);

  async function get(path: string, headers: Record<string, string>) {
    const asked = request({ agent, host: '127.0.0.1', port, path, headers }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
  }

  const v2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

  test.each([
    ['/apis', v2],
    ['/openapi/v2', 'application/json'],
    ['/openapi/v2', 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'],
    ['/openapi/v3/apis/apps/v1', 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf'],
  ])('%s as %s is known by its ETag', async (path, accept) => {
    const first = await get(path, { accept });
    expect(first.status).toBe(200);
    const again = await get(path, { accept, 'if-none-match': first.headers.etag! });
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, first.headers.etag]);
  });

  test('an OpenAPI document whose URL names its content may be kept for ever; another URL leads there', async () => {
    const accept = 'application/json';
    const { paths } = JSON.parse((await get('/openapi/v3', { accept })).body.toString()) as {
      paths: Record<string, { serverRelativeURL: string }>;
    };
    const url = paths['apis/apps/v1']!.serverRelativeURL;
    expect((await get(url, { accept })).headers['cache-control']).toBe('public, immutable');
    const old = await get('/openapi/v3/apis/apps/v1?hash=OLD', { accept });
    expect([old.status, old.headers.location]).toEqual([301, url]);
  });

  test('OpenAPI tells of what is no resource too', async () => {
    const accept = 'application/json';
    const read = async (path: string) => JSON.parse((await get(path, { accept })).body.toString()) as { paths: object };
    const { paths } = await read('/openapi/v3');
    const keys = ['version', 'openid/v1/jwks', '.well-known/openid-configuration', 'apis', 'apis/apps', 'api/v1'];
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(keys));
    const swagger = await read('/openapi/v2');
    for (const key of keys) {
      expect(Object.keys((await read(`/openapi/v3/${key}`)).paths)).toContain(`/${key}/`);
      expect(Object.keys(swagger.paths)).toContain(`/${key}/`);
    }
  });

  test('long documents come compressed to who takes that, short ones never', async () => {
    const headers = { accept: 'application/json', 'accept-encoding': 'gzip' };
    const packed = await get('/openapi/v2', headers);
    expect(packed.headers['content-encoding']).toBe('gzip');
    const plain = await get('/openapi/v2', { accept: 'application/json' });
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    expect((await get('/version', headers)).headers['content-encoding']).toBeUndefined();
  });

  test.each([
    ['application/json', /"type":"BOOKMARK".*"k8s\.io\/initial-events-end":"true"/],
    [
      'application/json;as=Table;v=v1;g=meta.k8s.io',
      /"type":"BOOKMARK".*"kind":"Table".*"k8s\.io\/initial-events-end":"true"/,
    ],
    ['application/vnd.kubernetes.protobuf;stream=watch', /BOOKMARK[^]*k8s\.io\/initial-events-end[^]\x04true/],
  ])('the initial list of a watch ends with a bookmark that says so, as %s', async (accept, bookmark) => {
    const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const { body } = await get(`/api/v1/namespaces?${query}&timeoutSeconds=1`, { accept });
    const text = body.toString('latin1');
    expect(text.match(/kube-system/g)?.length).toBeGreaterThan(0);
    expect(text).toMatch(bookmark);
  });

  test('a custom resource is announced and shown while it is defined', async () => {
    const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' };
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await admin.resource(CustomResourceDefinitions).create({
      metadata: { name: 'widgets.shop.example.dev' },
      spec: {
        ...{ group: 'shop.example.dev', scope: 'Namespaced', names },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    } as apiextensionsv1.CustomResourceDefinition);
    const announced = await eventually(() => admin.resource(APIServices).get('', 'v1.shop.example.dev'));
    expect(announced).toMatchObject({
      metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'true' } },
      spec: { group: 'shop.example.dev', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 100 },
      status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] },
    });
    const groups = async () =>
      (
        JSON.parse((await get('/apis', { accept: v2 })).body.toString()) as { items: { metadata: { name: string } }[] }
      ).items.map(({ metadata }) => metadata.name);
    expect((await groups()).at(-1)).toBe('shop.example.dev');
    await admin.resource(CustomResourceDefinitions).delete('', 'widgets.shop.example.dev');
    await eventually(async () => !(await groups()).includes('shop.example.dev'));
    await expect(admin.resource(APIServices).get('', 'v1.shop.example.dev')).rejects.toMatchObject({ code: 404 });
  }, 60_000);
});

test('versions that the operator takes away are neither served nor shown', async () => {
  const cluster = await startTestCluster();
  try {
    const server = await cluster.start('--runtime-config=policy/v1beta1=false,batch/v1/cronjobs=false');
    const admin = await server.as('admin', ['system:masters']);
    const get = (path: string) => admin.transport.send({ method: 'GET', path });
    const ask = (path: string) =>
      get(path).then(
        ({ status }) => status,
        ({ code }: StatusError) => code,
      );
    expect(await ask('/apis/policy/v1/poddisruptionbudgets')).toBe(200);
    expect(await ask('/apis/policy/v1beta1/poddisruptionbudgets')).toBe(404);
    expect(await ask('/apis/policy/v1beta1')).toBe(404);
    expect(await ask('/apis/batch/v1/jobs')).toBe(200);
    expect(await ask('/apis/batch/v1/cronjobs')).toBe(404);
    const { body } = await get('/apis/policy');
    const { versions } = JSON.parse(body.toString()) as { versions: { version: string }[] };
    expect(versions.map(({ version }) => version)).toEqual(['v1']);
  } finally {
    await cluster.stop();
  }
}, 60_000);
