import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { APIServices, Endpoints, Services, type apiregistrationv1 } from '@navarch/api';
import type { KubeClient } from '@navarch/client';
import { createTestPki, eventually, requireProgram, type TestPki } from '@navarch/testing';
import { once } from 'node:events';
import { request } from 'node:https';
import type { Duplex } from 'node:stream';
import { Gadgets, startExtensionServer, type ExtensionServer } from '../testing/extension-server';
import { createTestBus, type TestBus } from '../testing/test-bus';
import { startTestCluster, type TestApiServer, type TestCluster } from '../testing/test-server';

const NAME = 'v1.gadgets.example.dev';
const MASTERS = ['system:masters'];

requireProgram('etcd', 'nats-server')('another API server behind this one', () => {
  let cluster: TestCluster;
  let server: TestApiServer;
  let bus: TestBus;
  let proxies: TestPki;
  let extension: ExtensionServer;
  let admin: KubeClient;

  beforeAll(async () => {
    [cluster, proxies] = await Promise.all([startTestCluster(), createTestPki()]);
    extension = await startExtensionServer(cluster.etcd.endpoints, 'gadgets.default.svc', proxies);
    const proxy = await proxies.issue({ name: 'front-proxy-client' });
    bus = await createTestBus(cluster, [{ identity: 'kubernetes-admin', organizations: MASTERS }]);
    bus.start();
    server = await cluster.start(
      ...['--proxy-client-cert-file', proxy.certFile, '--proxy-client-key-file', proxy.keyFile],
      ...bus.flags,
    );
    admin = await server.as('admin', MASTERS);
  }, 60_000);
  afterAll(async () => {
    await cluster?.stop();
    await bus?.stop();
    await extension?.stop();
    proxies?.remove();
  }, 60_000);

  const get = async (path: string, accept = 'application/json', client = admin) =>
    (await client.transport.send({ method: 'GET', path, headers: { accept } })).body.toString();
  const json = async (path: string, accept?: string) => JSON.parse(await get(path, accept)) as never;
  const condition = async () =>
    (await admin.resource(APIServices).get('', NAME)).status?.conditions?.find(c => c.type === 'Available');
  const hasReason = (reason: string) =>
    eventually(async () => expect((await condition())?.reason).toBe(reason), { timeoutMs: 30_000 });
  const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const discovered = async () => {
    const { items } = (await json('/apis', aggregated)) as {
      items: { metadata: { name: string }; versions: { freshness: string; resources: { resource: string }[] }[] }[];
    };
    return items.find(({ metadata }) => metadata.name === Gadgets.group)?.versions[0];
  };

  test('every group version of our own has an APIService, and gets it back', async () => {
    await eventually(async () => expect(await get('/readyz/autoregister-completion')).toBe('ok'));
    const { items } = await admin.resource(APIServices).list('');
    expect(items.map(({ metadata }) => metadata?.name)).toContain('v1.apps');
    expect(items.map(({ metadata }) => metadata?.name)).not.toContain('v1.apiregistration.k8s.io');
    await admin.resource(APIServices).delete('', 'v1.apps');
    await eventually(() => admin.resource(APIServices).get('', 'v1.apps'));
  }, 30_000);

  test('an API becomes available step by step, and says what is missing', async () => {
    const spec: apiregistrationv1.APIServiceSpec = {
      ...{ group: Gadgets.group, version: 'v1', groupPriorityMinimum: 17_900, versionPriority: 10 },
      caBundle: extension.caBundle as never,
      service: { namespace: 'default', name: 'gadgets', port: 443 },
    };
    await admin.resource(APIServices).create({ metadata: { name: NAME }, spec });
    await hasReason('ServiceNotFound');
    expect(await condition()).toMatchObject({
      status: 'False',
      message: 'service/gadgets in "default" is not present',
    });
    await expect(admin.resource(Gadgets).list('default')).rejects.toMatchObject({
      code: 503,
      message: 'service unavailable',
    });
    const ports = [{ name: 'https', port: 443, targetPort: extension.port, protocol: 'TCP' }];
    await admin.resource(Services).create({ metadata: { namespace: 'default', name: 'gadgets' }, spec: { ports } });
    await hasReason('EndpointsNotFound');
    await admin.resource(Endpoints).create({
      metadata: { namespace: 'default', name: 'gadgets' },
      subsets: [
        { addresses: [{ ip: extension.host }], ports: [{ name: 'https', port: extension.port, protocol: 'TCP' }] },
      ],
    });
    await hasReason('Passed');
    expect(await condition()).toMatchObject({ status: 'True', message: 'all checks passed' });
  }, 60_000);

  test('objects are written, read and watched through it, by the user who asks', async () => {
    const gadgets = (await server.as('jane', MASTERS)).resource(Gadgets);
    const made = await gadgets.create({ metadata: { namespace: 'default', name: 'one' }, spec: { size: 1 } });
    const stop = new AbortController();
    const events = gadgets.watch('default', { resourceVersion: '0', signal: stop.signal })[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'one' } } });
    await gadgets.patch('default', 'one', { type: 'merge', body: { spec: { size: 2 } } });
    expect((await events.next()).value).toMatchObject({ type: 'MODIFIED', object: { spec: { size: 2 } } });
    stop.abort();
    expect(made).toMatchObject({ kind: 'Gadget', spec: { size: 1 } });
    expect(extension.users.at(-1)).toMatchObject({
      name: 'jane',
      groups: expect.arrayContaining(['system:masters', 'system:authenticated']) as unknown,
    });
  }, 30_000);

  test('who the caller claims to be does not count', async () => {
    const headers = { accept: 'application/json', 'x-remote-user': 'stranger', 'x-remote-group': 'nobody' };
    const path = '/apis/gadgets.example.dev/v1/namespaces/default/gadgets';
    expect((await admin.transport.send({ method: 'GET', path, headers })).status).toBe(200);
    expect(extension.users.at(-1)?.name).toBe('admin');
    const stranger = await server.as('stranger', MASTERS);
    await expect(stranger.resource(Gadgets).list('default')).rejects.toMatchObject({ code: 403 });
  });

  test('the bus leads there too', async () => {
    const gadgets = (await bus.as('kubernetes-admin', MASTERS)).resource(Gadgets);
    const list = await eventually(() => gadgets.list('default'));
    expect(list.items).toMatchObject([{ metadata: { name: 'one' }, spec: { size: 2 } }]);
    const stop = new AbortController();
    for await (const event of gadgets.watch('default', { resourceVersion: '0', signal: stop.signal })) {
      expect(event).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'one' } } });
      stop.abort();
    }
  }, 30_000);

  test('a connection is handed through', async () => {
    const client = await cluster.pki.issue({ name: 'admin', organizations: MASTERS });
    const asked = request({
      ...{ host: '127.0.0.1', port: server.port, ca: cluster.pki.caPem, cert: client.certPem, key: client.keyPem },
      path: '/apis/gadgets.example.dev/v1/namespaces/default/gadgets/one/console',
      headers: { connection: 'upgrade', upgrade: 'echo', 'x-remote-user': 'stranger' },
    }).end();
    const [, socket, first] = (await once(asked, 'upgrade')) as [unknown, Duplex, Buffer];
    let heard = first.toString();
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.write('world');
    await eventually(() => expect(heard).toBe('hello world'));
    socket.destroy();
    expect(extension.upgrades.at(-1)).toMatchObject({ 'x-remote-user': 'admin', upgrade: 'echo' });
  }, 30_000);

  test('discovery shows it beside our own, where its priority puts it', async () => {
    const { groups } = (await json('/apis')) as { groups: { name: string }[] };
    expect(groups.slice(0, 3).map(({ name }) => name)).toEqual(['apiregistration.k8s.io', Gadgets.group, 'apps']);
    expect(await json('/apis/gadgets.example.dev')).toMatchObject({
      kind: 'APIGroup',
      preferredVersion: { groupVersion: 'gadgets.example.dev/v1', version: 'v1' },
    });
    expect(await json('/apis/gadgets.example.dev/v1')).toMatchObject({
      kind: 'APIResourceList',
      resources: [{ name: 'gadgets', shortNames: ['gd'] }, { name: 'gadgets/console' }],
    });
    await eventually(async () =>
      expect(await discovered()).toMatchObject({ freshness: 'Current', resources: [{ resource: 'gadgets' }] }),
    );
  }, 30_000);

  test('its schemas are in both OpenAPI documents', async () => {
    const own = 'dev.example.gadgets.v1.Gadget';
    await eventually(async () => {
      const { definitions, paths } = (await json('/openapi/v2')) as Record<string, Record<string, object>>;
      expect(definitions![own]).toMatchObject({ description: 'Gadget is a thing of another server' });
      expect(paths).toHaveProperty(['/apis/gadgets.example.dev/v1/namespaces/{namespace}/gadgets']);
    });
    const index = (await json('/openapi/v3')) as { paths: Record<string, { serverRelativeURL: string }> };
    const url = index.paths['apis/gadgets.example.dev/v1']!.serverRelativeURL;
    const answer = await admin.transport.send({ method: 'GET', path: url, headers: { accept: 'application/json' } });
    expect(answer.headers['cache-control']).toBe('public, immutable');
    expect(JSON.parse(answer.body.toString())).toMatchObject({ components: { schemas: { [own]: {} } } });
  }, 30_000);

  test('one that does not answer any more is stale and unavailable', async () => {
    await extension.stop();
    await admin.resource(APIServices).patch('', NAME, { type: 'merge', body: { spec: { versionPriority: 11 } } });
    await hasReason('FailedDiscoveryCheck');
    expect((await condition())?.message).toMatch(
      /^failing or missing response from https:\/\/[\d.]+:\d+\/apis\/gadgets\.example\.dev\/v1: Get ".*": dial tcp .*: connect: connection refused$/,
    );
    await expect(admin.resource(Gadgets).list('default')).rejects.toMatchObject({ code: 503 });
    expect(await discovered()).toMatchObject({ freshness: 'Stale' });
    const told = { conditions: [{ type: 'Available', status: 'True', reason: 'Told' }] };
    const services = admin.resource(APIServices);
    await services.patch('', NAME, { type: 'merge', body: { status: told } }, { subresource: 'status' });
    await hasReason('FailedDiscoveryCheck');
    await services.patch('', NAME, { type: 'merge', body: { spec: { service: null, caBundle: null } } });
    await hasReason('Local');
    await admin.resource(APIServices).delete('', NAME);
    await eventually(async () => expect(await discovered()).toBeUndefined());
    await expect(admin.resource(Gadgets).list('default')).rejects.toMatchObject({ code: 404 });
  }, 60_000);
});
