import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigMaps, Namespaces, Pods, decodeProtobuf, unwrapUnknown, encodeProtobuf, wrapUnknown } from '@navarch/api';
import { deduced, type AnyObject } from '@navarch/apimachinery';
import type { CustomKind } from './options';
import { createRegistry, silentLogger, systemClock } from '@navarch/base';
import { allKinds } from '@navarch/kinds';
import { createBackend, type StorageBackend } from '@navarch/storage';
import { createTestPki, eventually, startEtcd, type TestEtcd, type TestPki } from '@navarch/testing';
import { connect, type ClientHttp2Session } from 'node:http2';
import { Agent, request } from 'node:https';
import {
  createApiServer,
  listenHttps,
  loopbackTransport,
  type ApiServer,
  type AuthorizationAttributes,
  type Listening,
} from './index';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
  readonly body: AnyObject & {
    items: AnyObject[];
    metadata: Record<string, unknown>;
    message: string;
    rows: { cells: unknown[] }[];
  };
}

let etcd: TestEtcd;
let pki: TestPki;
let backend: StorageBackend;
let server: ApiServer;
let front: Listening;
let agent: Agent;
let session: ClientHttp2Session;
let port: number;
const denied = new Set<string>();

beforeAll(async () => {
  etcd = await startEtcd();
  pki = await createTestPki();
  backend = createBackend({ endpoints: etcd.endpoints, log: silentLogger });
  server = createApiServer({
    kinds: allKinds(33),
    backend,
    authenticators: [],
    authorizers: [
      {
        authorize: ({ user }: AuthorizationAttributes) => ({ outcome: denied.has(user.name) ? 'no opinion' : 'allow' }),
      },
    ],
    admission: [],
    routes: [],
    subresources: new Map(),
    upgrades: new Map([
      [
        'pods/exec',
        (context, { socket }) => {
          socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n');
          socket.write(`hello ${context.user.name}, ${context.info.name}`);
          socket.pipe(socket);
          return Promise.resolve();
        },
      ],
    ]),
    virtual: new Map(),
    emulated: 33,
    clock: systemClock,
    log: silentLogger,
    metrics: createRegistry(),
    limits: { maxBodyBytes: 100_000 },
  });
  await server.ready();
  const own = await pki.issue({ name: 'kube-apiserver' });
  const admin = await pki.issue({ name: 'admin', organizations: ['system:masters'] });
  front = await listenHttps({
    ...{ port: 0, host: '127.0.0.1', cert: own.certPem, key: own.keyPem, clientCa: pki.caPem },
    handler: server.handler,
    upgrade: server.handleUpgrade,
    log: silentLogger,
  });
  port = front.port;
  const tls = { ca: pki.caPem, cert: admin.certPem, key: admin.keyPem };
  agent = new Agent({ ...tls, keepAlive: true });
  session = connect(`https://127.0.0.1:${port}`, tls);
}, 60_000);

afterAll(async () => {
  session?.destroy();
  agent?.destroy();
  await front?.stop();
  await backend?.close();
  await etcd?.stop();
  pki?.remove();
});

function parsed(status: number, headers: Record<string, unknown>, chunks: Buffer[]): Answer {
  const bytes = Buffer.concat(chunks);
  return {
    status,
    headers,
    bytes,
    get body() {
      return JSON.parse(bytes.toString()) as Answer['body'];
    },
  };
}

/** ask sends one request over HTTP/1.1. */
function ask(
  method: string,
  path: string,
  body?: object | Buffer,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const bytes = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const type = bytes ? { 'content-type': 'application/json', 'content-length': String(bytes.length) } : {};
    const outgoing = request(
      { agent, host: '127.0.0.1', port, method, path, headers: { ...type, ...headers } },
      incoming => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => resolve(parsed(incoming.statusCode ?? 0, incoming.headers, chunks)));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

/** ask2 sends one request over HTTP/2. */
function ask2(method: string, path: string, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': method,
      ':path': path,
      ...(body && { 'content-type': 'application/json' }),
    });
    const chunks: Buffer[] = [];
    let head: Record<string, unknown> = {};
    stream.on('response', h => (head = h));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => resolve(parsed(Number(head[':status']), head, chunks)));
    stream.on('error', reject);
    stream.end(body && JSON.stringify(body));
  });
}

const path = (name = '') => `/api/v1/namespaces/default/configmaps${name && `/${name}`}`;
const configMap = (name: string, rest: object = {}) => ({
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name },
  ...rest,
});

/** watching reads a watch over HTTP/2 into a list that grows. */
function watching(query: string) {
  const stream = session.request({ ':path': `${path()}?watch=true&${query}` });
  const events: { type: string; object: AnyObject }[] = [];
  let rest = '';
  let ended = false;
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    events.push(...lines.map(line => JSON.parse(line) as (typeof events)[number]));
  });
  stream.on('end', () => (ended = true));
  return { events, stop: () => stream.close(), ended: () => ended };
}

describe('over real etcd and TLS', () => {
  test('an object is created, read, changed and deleted', async () => {
    const created = await ask2('POST', path(), configMap('one', { data: { b: '1', a: '2' } }));
    expect([created.status, created.body.kind, created.body.metadata['namespace']]).toEqual([
      201,
      'ConfigMap',
      'default',
    ]);
    const read = await ask('GET', path('one'));
    expect(read.bytes).toEqual(created.bytes);
    const again = await ask('POST', path(), configMap('one'));
    expect([again.status, again.body.message]).toEqual([409, 'configmaps "one" already exists']);

    const updated = await ask('PUT', path('one'), configMap('one', { data: { a: '3' } }));
    expect([updated.status, updated.body['data']]).toEqual([200, { a: '3' }]);
    const stale = await ask('PUT', path('one'), {
      ...configMap('one'),
      metadata: { name: 'one', resourceVersion: created.body.metadata['resourceVersion'] },
    });
    expect(stale.status).toBe(409);

    for (const [type, patch, data] of [
      ['merge-patch', { data: { c: '4' } }, { a: '3', c: '4' }],
      ['strategic-merge-patch', { data: { c: null } }, { a: '3' }],
      ['json-patch', [{ op: 'add', path: '/data/d', value: '5' }], { a: '3', d: '5' }],
    ] as const) {
      const patched = await ask('PATCH', path('one'), patch as object, { 'content-type': `application/${type}+json` });
      expect([patched.status, patched.body['data']]).toEqual([200, data]);
    }
    const deleted = await ask('DELETE', path('one'));
    expect([deleted.status, deleted.body['status']]).toEqual([200, 'Success']);
    expect((await ask('GET', path('one'))).status).toBe(404);
  });

  test('a change that changes nothing writes nothing', async () => {
    await ask('POST', path(), configMap('same', { data: { a: '1' } }));
    const before = await ask('GET', path('same'));
    await ask('PUT', path('same'), configMap('same', { data: { a: '1' } }));
    await ask('PATCH', path('same'), { data: { a: '1' } }, { 'content-type': 'application/merge-patch+json' });
    expect((await ask('GET', path('same'))).bytes).toEqual(before.bytes);
  });

  test('an empty list that is not kept is a change of a policy each time', async () => {
    const policies = '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies';
    const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'none' } };
    const closed = { ...policy, spec: { podSelector: {}, ingress: [] } };
    const generation = async (...request: Parameters<typeof ask>) =>
      (await ask(...request)).body.metadata['generation'];
    expect(await generation('POST', policies, closed)).toBe(1);
    expect(await generation('PUT', `${policies}/none`, closed)).toBe(2);
    expect(await generation('PUT', `${policies}/none`, { ...policy, spec: { podSelector: {} } })).toBe(2);
    const emptied = { spec: { podSelector: { matchLabels: {} } } };
    const merge = { 'content-type': 'application/merge-patch+json' };
    expect(await generation('PATCH', `${policies}/none`, emptied, merge)).toBe(3);
    expect(await generation('PATCH', `${policies}/none`, { metadata: { labels: { a: 'b' } } }, merge)).toBe(3);
    const apply = { 'content-type': 'application/apply-patch+yaml' };
    expect(await generation('PATCH', `${policies}/none?fieldManager=m`, closed, apply)).toBe(4);
  });

  test('server-side apply creates, owns and gives up fields', async () => {
    const apply = (data: object | undefined, manager: string) =>
      ask('PATCH', `${path('applied')}?fieldManager=${manager}`, configMap('applied', data && { data }), {
        'content-type': 'application/apply-patch+yaml',
      });
    expect((await apply({ a: '1', b: '2' }, 'one')).status).toBe(201);
    expect((await apply({ a: '9' }, 'two')).status).toBe(409);
    expect((await apply({ a: '1' }, 'one')).body['data']).toEqual({ a: '1' });
    expect((await apply(undefined, 'one')).body['data']).toBeUndefined();
  });

  test('finalizers keep an object until they are gone', async () => {
    await ask('POST', path(), { ...configMap('kept'), metadata: { name: 'kept', finalizers: ['example.com/f'] } });
    const deleting = await ask('DELETE', path('kept'));
    expect(deleting.body.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, finalizers: ['example.com/f'] });
    const released = await ask(
      'PATCH',
      path('kept'),
      { metadata: { finalizers: null } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(released.status).toBe(200);
    expect((await ask('GET', path('kept'))).status).toBe(404);
  });

  test('pages of a selected list are those of its first moment, whatever is written meanwhile', async () => {
    const labelled = (name: string, l: string) => ({ ...configMap(name), metadata: { name, labels: { l } } });
    const names = Array.from({ length: 9 }, (_, i) => `page-${i}`);
    for (const name of names) await ask('POST', path(), labelled(name, Number(name.at(-1)) % 3 ? 'page' : 'other'));
    const selected = names.filter(name => Number(name.at(-1)) % 3);
    const seen: string[] = [];
    let token = '';
    for (let page = 0; page === 0 || token; page++) {
      const { body } = await ask('GET', `${path()}?labelSelector=l%3Dpage&limit=2&continue=${token}`);
      seen.push(...body.items.map(item => item.metadata!.name!));
      token = String(body.metadata['continue'] ?? '');
      await ask('POST', path(), labelled(`page-9${page}`, 'page'));
      await ask('DELETE', path(selected.at(-1 - page)!));
    }
    expect(seen).toEqual(selected);
    const whole = await ask('GET', `${path()}?labelSelector=l%3Dother&limit=1&resourceVersion=0`);
    expect([whole.body.items.length, whole.body.metadata['continue']]).toEqual([3, undefined]);
    await ask('DELETE', `${path()}?labelSelector=l+in+(page,other)`);
  });

  test('an owner in one version loses what another changes through a second one', async () => {
    const base = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
    const scaler = (version: string, spec: object) => ({
      apiVersion: `autoscaling/${version}`,
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h' },
      spec: { maxReplicas: 5, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, ...spec },
    });
    await ask('POST', `${base('v1')}?fieldManager=one`, scaler('v1', { targetCPUUtilizationPercentage: 50 }));
    const metric = (averageUtilization: number) => ({
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }],
    });
    const put = await ask('PUT', `${base('v2')}/h?fieldManager=two`, scaler('v2', metric(70)));
    expect(put.status).toBe(200);
    const owners = (put.body.metadata['managedFields'] as { manager: string; fieldsV1: object }[]).map(entry => [
      entry.manager,
      JSON.stringify(entry.fieldsV1).includes('targetCPUUtilizationPercentage'),
    ]);
    expect(owners).toEqual([
      ['one', false],
      ['two', false],
    ]);
    await ask('DELETE', `${base('v1')}/h`);
  });

  test('patches are validated field by field', async () => {
    await ask('POST', path(), configMap('strict', { data: { a: '1' } }));
    const send = (type: string, body: object, validation: string) =>
      ask('PATCH', `${path('strict')}?fieldValidation=${validation}`, body, {
        'content-type': `application/${type}+json`,
      });
    const unknown = { bogus: 1 };
    const warned = await send('merge-patch', unknown, 'Warn');
    expect([warned.status, warned.headers['warning']]).toEqual([200, '299 - "unknown field \\"bogus\\""']);
    for (const [type, body, quoted] of [
      ['strategic-merge-patch', unknown, 'map[bogus:1]'],
      ['merge-patch', unknown, '{'],
    ] as const) {
      const { status, body: refused } = await send(type, body, 'Strict');
      expect(status).toBe(422);
      expect(refused.message.startsWith(` "" is invalid: patch: Invalid value: "${quoted}`)).toBe(true);
      expect(refused.message.endsWith('strict decoding error: unknown field "bogus"')).toBe(true);
    }
    const odd = await send('json-patch', [{ op: 'test', path: '/data/a', value: '1', odd: true }], 'Strict');
    expect(odd.body.message).toContain('strict decoding error: json patch unknown field "[0].odd"');
    expect((await send('merge-patch', unknown, 'Ignore')).headers['warning']).toBeUndefined();
  });

  test('lists are typed, selected, paged and tabular', async () => {
    for (const name of ['l-1', 'l-2', 'l-3'])
      await ask('POST', path(), { ...configMap(name), metadata: { name, labels: { l: 'x' } } });
    const all = await ask('GET', `${path()}?labelSelector=l%3Dx`);
    expect(all.body.items.map(i => [i.kind, i.metadata?.name])).toEqual([1, 2, 3].map(n => [undefined, `l-${n}`]));
    const page = await ask('GET', `${path()}?labelSelector=l%3Dx&limit=2`);
    expect(page.body.items).toHaveLength(2);
    const next = await ask(
      'GET',
      `${path()}?labelSelector=l%3Dx&limit=2&continue=${String(page.body.metadata['continue'])}`,
    );
    expect(next.body.items.map(i => i.metadata?.name)).toEqual(['l-3']);
    const table = await ask('GET', `${path()}?labelSelector=l%3Dx`, undefined, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    expect(table.body.rows.map(r => r.cells[0])).toEqual(['l-1', 'l-2', 'l-3']);
    const deleted = await ask('DELETE', `${path()}?labelSelector=l%3Dx`);
    expect(deleted.body.items).toHaveLength(3);
    expect((await ask('GET', `${path()}?labelSelector=l%3Dx`)).body.items).toEqual([]);
  });

  test('a watch may begin without the present state', async () => {
    await ask('POST', path(), configMap('present'));
    const watch = watching('sendInitialEvents=false&resourceVersionMatch=NotOlderThan&timeoutSeconds=60');
    await eventually(async () => {
      await ask(
        'PATCH',
        path('present'),
        { data: { t: String(Math.random()) } },
        { 'content-type': 'application/merge-patch+json' },
      );
      expect(watch.events.length).toBeGreaterThan(0);
    });
    watch.stop();
    expect(watch.events[0]).toMatchObject({ type: 'MODIFIED', object: { metadata: { name: 'present' } } });
    expect((await ask('GET', `${path()}?watch=true&resourceVersion=odd`)).status).toBe(500);
    await ask('DELETE', path('present'));
  });

  test('a watch tells what happens, also to those that come back later', async () => {
    const start = await ask('GET', path());
    const from = String(start.body.metadata['resourceVersion']);
    const watch = watching(`resourceVersion=${from}&labelSelector=w%3Dx`);
    await ask('POST', path(), { ...configMap('w'), metadata: { name: 'w', labels: { w: 'x' } } });
    await ask('PATCH', path('w'), { data: { a: '1' } }, { 'content-type': 'application/merge-patch+json' });
    await ask(
      'PATCH',
      path('w'),
      { metadata: { labels: { w: 'y' } } },
      { 'content-type': 'application/merge-patch+json' },
    );
    await eventually(() => expect(watch.events.map(e => e.type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']));
    watch.stop();
    const resumed = watching(`resourceVersion=${from}&labelSelector=w%3Dx&timeoutSeconds=1`);
    await eventually(() => expect(resumed.ended()).toBe(true));
    expect(resumed.events).toEqual(watch.events);
    const listed = watching(
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=w%3Dy',
    );
    await eventually(() => expect(listed.events.map(e => e.type)).toEqual(['ADDED', 'BOOKMARK']));
    expect(listed.events[1]?.object.metadata?.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    listed.stop();
  });

  test('protobuf goes in and comes out', async () => {
    const schema = 'io.k8s.api.core.v1.ConfigMap';
    const raw = encodeProtobuf(schema, { metadata: { name: 'pb' }, data: { a: '1' } });
    const protobuf = 'application/vnd.kubernetes.protobuf';
    const created = await ask('POST', path(), wrapUnknown({ apiVersion: 'v1', kind: 'ConfigMap' }, raw), {
      'content-type': protobuf,
      accept: protobuf,
    });
    expect([created.status, created.headers['content-type']]).toEqual([201, protobuf]);
    const envelope = unwrapUnknown(created.bytes);
    expect([envelope.kind, decodeProtobuf(schema, envelope.raw)['data']]).toEqual(['ConfigMap', { a: '1' }]);
    expect((await ask('GET', path('pb'))).body['data']).toEqual({ a: '1' });
  });

  test('unknown fields are warned of, or refused', async () => {
    const odd = { ...configMap('odd'), bogus: 1 };
    const warned = await ask('POST', path(), odd);
    expect([warned.status, warned.headers['warning']]).toEqual([201, '299 - "unknown field \\"bogus\\""']);
    const refused = await ask('POST', `${path()}?fieldValidation=Strict`, odd);
    expect([refused.status, refused.body.message]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "bogus"',
    ]);
  });

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
    expect((await ask(method, url)).status).toBe(status);
  });

  test('a body past the limit is refused', async () => {
    const answer = await ask('POST', path(), configMap('big', { data: { a: 'x'.repeat(200_000) } }));
    expect([answer.status, answer.body.message]).toEqual([413, 'Request entity too large: limit is 100000']);
  });

  test.each(['HTTP/1.1', 'HTTP/2'])('a client that waits to be asked for its body is asked: %s', async version => {
    const body = JSON.stringify(configMap(`continued-${version.at(-1)}`));
    const type = { 'content-type': 'application/json', expect: '100-continue' };
    const status = await new Promise((resolve, reject) => {
      const outgoing =
        version === 'HTTP/2'
          ? session.request({ ':method': 'POST', ':path': path(), ...type })
          : request({ agent, host: '127.0.0.1', port, method: 'POST', path: path(), headers: type });
      outgoing.once('continue', () => outgoing.end(body));
      outgoing.once('response', (head: { ':status'?: number; statusCode?: number; resume?: () => void }) => {
        head.resume?.();
        resolve(head[':status'] ?? head.statusCode);
      });
      outgoing.once('error', reject);
      if ('flushHeaders' in outgoing) outgoing.flushHeaders();
    });
    expect(status).toBe(201);
  });

  test('a connection is handed over after authorization, a refused one is told why', async () => {
    const upgrade = (name: string) =>
      new Promise<string>((resolve, reject) => {
        const url = `/api/v1/namespaces/default/pods/p/${name}`;
        const outgoing = request({
          agent,
          host: '127.0.0.1',
          port,
          path: url,
          headers: { connection: 'Upgrade', upgrade: 'echo' },
        });
        outgoing.on('upgrade', (_, socket) => {
          socket.once('data', (chunk: Buffer) => {
            socket.destroy();
            resolve(chunk.toString());
          });
        });
        outgoing.on('response', incoming => {
          incoming.resume();
          resolve(String(incoming.statusCode));
        });
        outgoing.on('error', reject).end();
      });
    expect(await upgrade('exec')).toBe('hello admin, p');
    expect(await upgrade('nonsense')).toBe('404');
    denied.add('admin');
    expect(await upgrade('exec')).toBe('403');
    denied.delete('admin');
  });

  test('without a certificate it is the anonymous user who asks', async () => {
    denied.add('system:anonymous');
    const stranger = new Agent({ ca: pki.caPem });
    const status = await new Promise<number>((resolve, reject) => {
      const outgoing = request({ agent: stranger, host: '127.0.0.1', port, path: path() }, incoming => {
        incoming.resume();
        resolve(incoming.statusCode ?? 0);
      });
      outgoing.on('error', reject).end();
    });
    stranger.destroy();
    denied.delete('system:anonymous');
    expect(status).toBe(403);
  });

  test('the certificate says who it is, and the authorizers what he may', async () => {
    denied.add('admin');
    const answer = await ask('GET', path());
    denied.delete('admin');
    expect([answer.status, answer.body.message]).toEqual([
      403,
      'configmaps is forbidden: User "admin" cannot list resource "configmaps" in API group "" in the namespace "default"',
    ]);
  });

  test('the in-process store and the loopback transport see the same objects', async () => {
    await server.store(Namespaces).create({ metadata: { name: 'inside' } });
    await server.store(ConfigMaps).create({ metadata: { name: 'c', namespace: 'inside' }, data: { a: '1' } });
    await server.store(ConfigMaps).update('inside', 'c', object => void (object.data = { a: '2' }));
    const transport = loopbackTransport(server.handler, { name: 'system:apiserver', groups: ['system:masters'] });
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
    expect(await server.store(ConfigMaps).delete('inside', 'c')).toBe(true);
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
    expect((await ask('GET', url)).status).toBe(404);
    const custom: CustomKind = {
      id: 'things',
      structure: deduced,
      openapi: () => ({ type: 'object' }),
      refuseCreate: () => undefined,
      read: () => [],
      fromStored: objects => objects.map(() => undefined),
      toStored: object => object,
    };
    server.registry.replace('example.com', 'things', [{ kind: things as never, custom, served: true }]);
    const created = await ask('POST', url, {
      kind: 'Thing',
      apiVersion: 'example.com/v1',
      metadata: { name: 't' },
      spec: { any: [1] },
    });
    expect([created.status, created.body['spec']]).toEqual([201, { any: [1] }]);
    expect((await ask('GET', url)).body.items[0]?.kind).toBe('Thing');
    expect((await ask('GET', '/apis/example.com')).body['preferredVersion']).toEqual({
      groupVersion: 'example.com/v1',
      version: 'v1',
    });
    server.registry.remove('example.com', 'things');
    expect((await ask('GET', url)).status).toBe(404);
  });

  test('OpenAPI and discovery have hashes that spare a second answer', async () => {
    const index = (await ask('GET', '/openapi/v3')).body as unknown as {
      paths: Record<string, { serverRelativeURL: string }>;
    };
    const document = await ask('GET', index.paths['apis/apps/v1']!.serverRelativeURL);
    expect(document.status).toBe(200);
    const again = await ask('GET', index.paths['apis/apps/v1']!.serverRelativeURL, undefined, {
      'if-none-match': String(document.headers['etag']),
    });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const discovery = await ask('GET', '/apis', undefined, { accept });
    expect([discovery.body.kind, discovery.headers['etag'] !== undefined]).toEqual(['APIGroupDiscoveryList', true]);
  });

  test('a drain ends watches and refuses to wait for new ones', async () => {
    const watch = watching('timeoutSeconds=60');
    await eventually(() => expect(watch.events.length).toBeGreaterThan(0));
    expect(server.draining).toBe(false);
    await server.drain(5_000);
    expect(server.draining).toBe(true);
    await eventually(() => expect(watch.ended()).toBe(true));
  });
});
