import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ResourceQuotas } from '@navarch/api';
import { StatusError, type AnyObject, type KubeObject, type Status } from '@navarch/apimachinery';
import { silentLogger } from '@navarch/base';
import type { Transport } from '@navarch/client';
import { createBackend, type StorageBackend } from '@navarch/storage';
import { startEtcd, type TestEtcd } from '@navarch/testing';
import { createApiServer, loopbackTransport, type ApiServer } from '../index';
import { plainOptions } from '../testing/running-server';

// Sequences of writes as v1.20 answers them, and the newest release where it answers otherwise.

interface Api {
  readonly server: ApiServer;
  readonly backend: StorageBackend;
  readonly transport: Transport;
}
type Answer = Partial<AnyObject> & Partial<Status>;

let etcd: TestEtcd;
/** before is the object as admission has last seen it before a change. */
let before: KubeObject | undefined;
const apis = new Map<number, Api>();

beforeAll(async () => {
  etcd = await startEtcd();
  for (const emulated of [20, 33]) {
    const backend = createBackend({ endpoints: etcd.endpoints, log: silentLogger });
    const server = createApiServer({
      ...plainOptions(backend, emulated),
      admission: [
        {
          name: 'Sees',
          handles: ({ oldObject }) => oldObject !== undefined,
          validate: seen => void (before = seen.oldObject),
        },
      ],
      virtual: new Map([
        ['selfsubjectaccessreviews.authorization.k8s.io', { create: (_, review) => Promise.resolve(review) }],
      ]),
      limits: { maxBodyBytes: 100_000, deleteCollectionWorkers: emulated === 33 ? 3 : 1 },
    });
    await server.ready();
    const transport = loopbackTransport(server.handler, { name: 'admin', groups: ['system:masters'] });
    apis.set(emulated, { server, backend, transport });
  }
}, 60_000);

afterAll(async () => {
  for (const { backend, transport } of apis.values()) {
    await transport.close();
    await backend.close();
  }
  await etcd?.stop();
});

/** ask answers the body, of failures too. What is patched is applied. */
async function ask(
  emulated: number,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
) {
  try {
    const { transport } = apis.get(emulated)!;
    const headers = { 'content-type': method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json' };
    const sent = body === undefined ? {} : { headers, body: Buffer.from(JSON.stringify(body)) };
    const answer = await transport.send({ method, path, ...sent });
    return JSON.parse(answer.body.toString()) as Answer;
  } catch (error) {
    if (error instanceof StatusError) return error.toStatus() as Answer;
    throw error;
  }
}

const MAPS = '/api/v1/namespaces/n/configmaps';
const map = (name: string, more: object = {}) => ({ metadata: { name, ...more }, data: { a: '1' } });

describe('creation', () => {
  test('the name is there before the kind prepares the object', async () => {
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } };
    const job = { metadata: { generateName: 'j-' }, spec: { template } };
    const { metadata, spec } = (await ask(20, 'POST', '/apis/batch/v1/namespaces/n/jobs', job)) as AnyObject;
    const { labels } = (spec as { template: AnyObject }).template.metadata!;
    expect(labels).toMatchObject({ 'job-name': metadata?.name });
  });
  test('limit ranges without a name have their uid for one', async () => {
    const range = { metadata: { generateName: 'l-' }, spec: { limits: [{ type: 'Pod', max: { cpu: '1' } }] } };
    const { metadata } = (await ask(20, 'POST', '/api/v1/namespaces/n/limitranges', range)) as AnyObject;
    expect(metadata?.name).toBe(metadata?.uid);
  });
  test.each([
    ['null is an empty object', MAPS, null, 'ConfigMap "" is invalid: metadata.name: Required value'],
    ['an empty namespace is told', '/api/v1/namespaces//configmaps', map('a'), 'metadata.namespace: Required value'],
  ])('%s', async (_, path, body, message) => {
    expect(await ask(20, 'POST', path, body)).toMatchObject({ code: 422, message: expect.stringContaining(message) });
  });
  test('whoever holds the name may be about to go', async () => {
    await ask(20, 'POST', MAPS, map('going', { finalizers: ['example.com/f'] }));
    expect(await ask(20, 'POST', MAPS, map('going'))).toMatchObject({ message: 'configmaps "going" already exists' });
    await ask(20, 'DELETE', `${MAPS}/going`);
    expect(await ask(20, 'POST', MAPS, map('going'))).toMatchObject({
      code: 409,
      message: 'object is being deleted: configmaps "going" already exists',
    });
  });
  test.each([
    ['an endpoint slice', '/apis/discovery.k8s.io/v1beta1/namespaces/n/endpointslices', 'EndpointSlice', 404],
    ['a lease', '/apis/coordination.k8s.io/v1/namespaces/n/leases', 'Lease', undefined],
  ])('%s by PUT', async (_, collection, kind, code) => {
    const body = { metadata: { name: 'new' }, ...(kind === 'EndpointSlice' && { addressType: 'IPv4', endpoints: [] }) };
    expect((await ask(20, 'PUT', `${collection}/new`, body)).code).toBe(code);
  });
  test.each([
    ['Service', 'services', undefined],
    ['Pod', 'pods', 404],
  ])('applying the status of no %s', async (kind, resource, code) => {
    const path = `/api/v1/namespaces/n/${resource}/applied/status?fieldManager=m`;
    const spec = kind === 'Service' && { spec: { ports: [{ port: 80, protocol: 'TCP' }] } };
    const body = { apiVersion: 'v1', kind, metadata: { name: 'applied' }, ...spec };
    expect((await ask(20, 'PATCH', path, body)).code).toBe(code);
  });
  test.each([
    [20, 404, undefined],
    [33, undefined, undefined],
  ])('a service by PUT of it or of its status, in 1.%d', async (emulated, byPut, byStatus) => {
    const service = { metadata: { name: `s${emulated}` }, spec: { ports: [{ port: 80 }], clusterIP: 'None' } };
    const path = `/api/v1/namespaces/n/services/s${emulated}`;
    expect((await ask(emulated, 'PUT', path, service)).code).toBe(byPut);
    await ask(emulated, 'DELETE', path);
    expect((await ask(emulated, 'PUT', `${path}/status`, service)).code).toBe(byStatus);
  });
});

describe('updates', () => {
  test('an empty list forgets who owns what, until somebody applies', async () => {
    await ask(20, 'POST', MAPS, map('owned'));
    const { metadata } = await ask(20, 'PUT', `${MAPS}/owned`, map('owned', { managedFields: [] }));
    expect(metadata).not.toHaveProperty('managedFields');
    const later = await ask(20, 'PUT', `${MAPS}/owned`, map('owned', { labels: { a: 'b' } }));
    expect(later.metadata).not.toHaveProperty('managedFields');
  });
  test('what was owned in the core group is not in another one', async () => {
    const about = { kind: 'Pod', namespace: 'n', name: 'p' };
    const base = { metadata: { name: 'e' }, reason: 'R', type: 'Normal' };
    await ask(20, 'POST', '/api/v1/namespaces/n/events', { ...base, involvedObject: about });
    const path = '/apis/events.k8s.io/v1beta1/namespaces/n/events/e';
    const changed = await ask(20, 'PUT', path, { ...base, regarding: about, note: 'new' });
    const owners = (changed.metadata as AnyObject['metadata'])?.managedFields;
    expect(owners?.map(owner => owner.apiVersion)).toEqual(['events.k8s.io/v1beta1']);
  });
  test.each([
    ['of a kind whose objects need one', 'policy/v1beta1', 'poddisruptionbudgets', { minAvailable: 1 }, 422],
    [
      'of another kind',
      'apps/v1',
      'replicasets',
      {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
      undefined,
    ],
  ])('a status without resourceVersion %s', async (_, apiVersion, resource, spec, code) => {
    const collection = `/apis/${apiVersion}/namespaces/n/${resource}`;
    const made = await ask(20, 'POST', collection, { metadata: { name: 'u' }, spec });
    const body = { ...made, metadata: { name: 'u' } };
    expect((await ask(20, 'PUT', `${collection}/u/status`, body)).code).toBe(code);
  });
});

describe('what is defaulted', () => {
  const template = {
    metadata: { labels: { app: 'a' } },
    spec: { restartPolicy: 'Always', containers: [{ name: 'a', image: 'a' }] },
  };

  test.each([20, 33])('is there again after a write that loses it (1.%i)', async emulated => {
    const path = '/api/v1/namespaces/default/replicationcontrollers';
    const made = await ask(emulated, 'POST', path, { metadata: { name: `lost${emulated}` }, spec: { template } });
    expect(made.metadata?.labels).toEqual({ app: 'a' });
    const { labels: _, ...metadata } = made.metadata!;
    const status = { replicas: 1 };
    const written = await ask(emulated, 'PUT', `${path}/${metadata.name}/status`, { ...made, metadata, status });
    expect(written).toMatchObject({ metadata: { labels: { app: 'a' } }, status });
    expect(await ask(emulated, 'GET', `${path}/${metadata.name}`)).toEqual(written);
  });

  test('by now comes to what an earlier release has stored with its next write', async () => {
    const path = '/api/v1/namespaces/default/services';
    await ask(20, 'POST', path, { metadata: { name: 'earlier' }, spec: { clusterIP: 'None', ports: [{ port: 80 }] } });
    const earlier = await ask(33, 'GET', `${path}/earlier`);
    expect(earlier).not.toHaveProperty('spec.internalTrafficPolicy');
    const metadata = { ...earlier.metadata, labels: { a: 'b' } };
    expect(await ask(33, 'PUT', `${path}/earlier`, { ...earlier, metadata })).toMatchObject({
      spec: { internalTrafficPolicy: 'Cluster' },
    });
  });
});

describe('owners', () => {
  const owners = ({ metadata }: Answer) => metadata?.managedFields?.map(({ time: _, ...entry }) => entry);

  test.each([
    [20, {}],
    [33, { subresource: 'status' }],
  ])('the server owns what it writes itself (1.%i)', async (emulated, subresource) => {
    const { server } = apis.get(emulated)!;
    const name = `owned${emulated}`;
    const entry = { operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1' };
    const hard = { pods: '1' };
    await server
      .store(ResourceQuotas, { manager: 'me' })
      .create({ metadata: { name, namespace: 'default' }, spec: { hard } });
    await server
      .store(ResourceQuotas, { manager: 'me', subresource: 'status' })
      .update('default', name, quota => ({ ...quota, status: { used: { pods: '0' } } }));
    const ofSpec = { 'f:spec': { 'f:hard': { '.': {}, 'f:pods': {} } } };
    const ofStatus = { 'f:status': { 'f:used': { '.': {}, 'f:pods': {} } } };
    expect(owners(await ask(emulated, 'GET', `/api/v1/namespaces/default/resourcequotas/${name}`))).toEqual(
      emulated === 20
        ? [{ manager: 'me', ...entry, fieldsV1: { ...ofSpec, ...ofStatus } }]
        : [
            { manager: 'me', ...entry, fieldsV1: ofSpec },
            { manager: 'me', ...entry, fieldsV1: ofStatus, ...subresource },
          ],
    );
  });

  test.each([
    [20, undefined],
    [33, 1],
  ])('admission sees who owned what before (1.%i): %p', async (emulated, count) => {
    const path = '/api/v1/namespaces/default/configmaps';
    const made = await ask(emulated, 'POST', path, { metadata: { name: `seen${emulated}` }, data: { a: 'b' } });
    await ask(emulated, 'PUT', `${path}/seen${emulated}`, { ...made, data: {} });
    expect(before).toMatchObject({ data: { a: 'b' } });
    expect(before?.metadata?.managedFields?.length).toBe(count);
  });

  test.each([20, 33])('whoever asks owns the question (1.%i)', async emulated => {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const asked = await ask(emulated, 'POST', path, { spec: { nonResourceAttributes: { path: '/a', verb: 'get' } } });
    expect(owners(asked)).toMatchObject([
      { fieldsV1: { 'f:spec': { 'f:nonResourceAttributes': { '.': {}, 'f:path': {}, 'f:verb': {} } } } },
    ]);
  });
});

describe('deletions', () => {
  test('a namespace says how far it is, and is looked after by whom its deleter wants', async () => {
    await ask(20, 'POST', '/api/v1/namespaces', { metadata: { name: 'n' } });
    const first = await ask(20, 'DELETE', '/api/v1/namespaces/n', { propagationPolicy: 'Foreground' });
    expect(first).toMatchObject({ kind: 'Namespace', metadata: { finalizers: ['foregroundDeletion'] } });
    expect(await ask(20, 'DELETE', '/api/v1/namespaces/n?dryRun=All')).toMatchObject({ kind: 'Namespace' });
    expect(await ask(20, 'DELETE', '/api/v1/namespaces/n', { preconditions: { resourceVersion: '1' } })).toMatchObject({
      code: 409,
      message: expect.stringContaining('namespaces "n": Precondition failed: ResourceVersion in precondition: 1'),
    });
  });
  test.each([
    [20, 'Status', 'as of its last change'],
    [33, 'Service', 'as of its removal'],
  ])('in 1.%d a kept service is answered as %s, a removed object %s', async (emulated, kind, _) => {
    const service = {
      metadata: { name: `k${emulated}`, finalizers: ['example.com/f'] },
      spec: { ports: [{ port: 80 }] },
    };
    await ask(emulated, 'POST', '/api/v1/namespaces/n/services', service);
    expect((await ask(emulated, 'DELETE', `/api/v1/namespaces/n/services/k${emulated}`)).kind).toBe(kind);
    const accounts = '/api/v1/namespaces/n/serviceaccounts';
    const { metadata: made } = (await ask(emulated, 'POST', accounts, { metadata: { name: 'a' } })) as AnyObject;
    const { metadata: last } = (await ask(emulated, 'DELETE', `${accounts}/a`)) as AnyObject;
    expect(last?.resourceVersion === made?.resourceVersion).toBe(emulated === 20);
  });
});

test.each([20, 33])('a collection is deleted as a whole, by however many workers (1.%i)', async emulated => {
  const path = `/api/v1/namespaces/crowd-${emulated}/configmaps`;
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const name of names) await ask(emulated, 'POST', path, { metadata: { name } });
  const { items } = (await ask(emulated, 'DELETE', path)) as { items?: AnyObject[] };
  expect(items!.map(({ metadata }) => metadata!.name)).toEqual(names);
  expect(await ask(emulated, 'GET', path)).toMatchObject({ items: [] });
});

test('an annotation that stands for a number has to be one', async () => {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const set = (generation: string, image = 'i') => ({
    metadata: { name: 'd', annotations: { 'deprecated.daemonset.template.generation': generation } },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { ...template, spec: { containers: [{ name: 'c', image }] } },
    },
  });
  const path = '/apis/apps/v1/namespaces/n/daemonsets';
  const refusal = {
    code: 400,
    message:
      'DaemonSet in version "v1" cannot be handled as a DaemonSet: strconv.ParseInt: parsing "x": invalid syntax',
  };
  expect(await ask(20, 'POST', path, set('x'))).toMatchObject(refusal);
  expect(await ask(20, 'POST', path, set('5'))).toMatchObject({ metadata: set('5').metadata });
  expect(await ask(20, 'PUT', `${path}/d`, set('x'))).toMatchObject(refusal);
  const strategic = {
    method: 'PATCH',
    path: `${path}/d`,
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
    body: Buffer.from(JSON.stringify({ metadata: set('x').metadata })),
  };
  await expect(apis.get(20)!.transport.send(strategic)).rejects.toMatchObject({
    code: 500,
    message: 'strconv.ParseInt: parsing "x": invalid syntax',
  });
});

test('messages tell an empty list or map from none, up to 1.33', async () => {
  const set = (matchLabels: object | undefined, labels?: object) => ({
    metadata: { name: 'e' },
    spec: {
      selector: { ...(matchLabels && { matchLabels }) },
      template: { metadata: { ...(labels && { labels }) }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  });
  const said = async (emulated: number, body: object) =>
    (await ask(emulated, 'POST', '/apis/apps/v1/namespaces/n/replicasets', body)).message;
  const expressions = 'MatchExpressions:[]v1.LabelSelectorRequirement(nil)';
  expect(await said(20, set({}))).toContain(`v1.LabelSelector{MatchLabels:map[string]string{}, ${expressions}}`);
  expect(await said(20, set(undefined))).toContain(`MatchLabels:map[string]string(nil), ${expressions}}`);
  expect(await said(20, set({ a: 'b' }, {}))).toContain('labels: Invalid value: map[string]string{}: ');
  expect(await said(20, set({ a: 'b' }))).toContain('labels: Invalid value: map[string]string(nil): ');
  expect(await said(33, set({ a: 'b' }, {}))).toContain('labels: Invalid value: map[string]string{}: ');
  await ask(20, 'POST', '/apis/apps/v1/namespaces/n/replicasets', set({ a: 'b' }, { a: 'b' }));
  const patch = {
    method: 'PATCH',
    path: '/apis/apps/v1/namespaces/n/replicasets/e',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: Buffer.from('{"spec":{"template":{"metadata":{"labels":{"a":null}}}}}'),
  };
  await expect(apis.get(20)!.transport.send(patch)).rejects.toThrow('labels: Invalid value: map[string]string{}: ');
});
