import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConfigMaps, Namespaces, Pods } from '@navarch/api';
import { deduced, type AnyObject } from '@navarch/apimachinery';
import { allKinds } from '@navarch/kinds';
import { loopbackTransport } from './index';
import type { CustomKind } from './options';
import { RunningServer } from './testing/running-server';

let api: RunningServer;
beforeAll(async () => {
  api = await RunningServer.start();
}, 60_000);
afterAll(() => api?.stop());

test.each([
  ['GET', '/api/v1/namespaces/default/nonsense', 404],
  ['PUT', '/api/v1/namespaces/default/configmaps', 405],
  ['GET', '/api/v1/namespaces/default/configmaps/%E0%A4%A', 400],
  ['GET', '/apis/apps/v9', 404],
  ['HEAD', '/apis/apps', 405],
  ['GET', '/api/v1/namespaces/default/pods/x/status/y', 404],
  ['GET', '/apis/apps/v1/namespaces/default/deployments/x/scale/y', 404],
  ['GET', '/api/v1/watch/namespaces/default/pods/x/status', 404],
  ['PUT', '/apis/apps/v1/namespaces/default/deployments/x/scale/y', 404],
  ['GET', '/api/v1/configmaps?labelSelector=%3D', 400],
])('%s %s is answered %d', async (method, url, status) => {
  expect((await api.ask(method, url)).status).toBe(status);
});

test('the in-process store and the loopback transport see the same objects', async () => {
  await api.server.store(Namespaces).create({ metadata: { name: 'inside' } });
  await api.server.store(ConfigMaps).create({ metadata: { name: 'c', namespace: 'inside' }, data: { a: '1' } });
  await api.server.store(ConfigMaps).update('inside', 'c', object => void (object.data = { a: '2' }));
  const transport = loopbackTransport(api.server.handler, { name: 'system:apiserver', groups: ['system:masters'] });
  const answer = await transport.send({ method: 'GET', path: '/api/v1/namespaces/inside/configmaps/c' });
  expect((JSON.parse(answer.body.toString()) as AnyObject)['data']).toEqual({ a: '2' });
  const chunks: string[] = [];
  for await (const chunk of await transport.stream({
    method: 'GET',
    path: '/api/v1/namespaces/inside/configmaps?watch=true',
  })) {
    chunks.push(chunk.toString());
    break;
  }
  expect(chunks[0]).toContain('"type":"ADDED"');
  await expect(
    transport.send({ method: 'GET', path: '/api/v1/namespaces/inside/configmaps/none' }),
  ).rejects.toMatchObject({ code: 404 });
  expect(await api.server.store(ConfigMaps).delete('inside', 'c')).toBe(true);
});

test('a kind can come and go', async () => {
  const definition = allKinds(33).find(kind => kind.resource.resource === Pods.resource)!;
  const things = {
    ...definition,
    resource: { group: 'example.com', version: 'v1', resource: 'things', kind: 'Thing', namespaced: true },
    versions: [{ group: 'example.com', version: 'v1', schema: '' }],
    storagePath: 'example.com/things',
    strategy: { allowUnconditionalUpdate: true },
    ...{
      subresources: undefined,
      columns: undefined,
      selectableFields: undefined,
      fieldLabels: undefined,
      indexes: undefined,
      gracefulDeletion: undefined,
      defaults: undefined,
    },
  };
  const url = '/apis/example.com/v1/namespaces/default/things';
  expect((await api.ask('GET', url)).status).toBe(404);
  const custom: CustomKind = {
    id: 'things',
    structure: deduced,
    openapi: () => ({ type: 'object' }),
    refuseCreate: () => undefined,
    read: () => [],
    fromStored: objects => objects.map(() => undefined),
    toStored: object => object,
  };
  api.server.registry.replace('example.com', 'things', [{ kind: things as never, custom, served: true }]);
  const created = await api.ask('POST', url, {
    kind: 'Thing',
    apiVersion: 'example.com/v1',
    metadata: { name: 't' },
    spec: { any: [1] },
  });
  expect([created.status, created.body['spec']]).toEqual([201, { any: [1] }]);
  expect((await api.ask('GET', url)).body.items[0]?.kind).toBe('Thing');
  expect((await api.ask('GET', '/apis/example.com')).body['preferredVersion']).toEqual({
    groupVersion: 'example.com/v1',
    version: 'v1',
  });
  api.server.registry.remove('example.com', 'things');
  expect((await api.ask('GET', url)).status).toBe(404);
});

test('OpenAPI and discovery have hashes that spare a second answer', async () => {
  const index = (await api.ask('GET', '/openapi/v3')).body as unknown as {
    paths: Record<string, { serverRelativeURL: string }>;
  };
  const document = await api.ask('GET', index.paths['apis/apps/v1']!.serverRelativeURL);
  expect(document.status).toBe(200);
  const again = await api.ask('GET', index.paths['apis/apps/v1']!.serverRelativeURL, undefined, {
    'if-none-match': String(document.headers['etag']),
  });
  expect([again.status, again.bytes.length]).toEqual([304, 0]);
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const discovery = await api.ask('GET', '/apis', undefined, { accept });
  expect([discovery.body.kind, discovery.headers['etag'] !== undefined]).toEqual(['APIGroupDiscoveryList', true]);
});
