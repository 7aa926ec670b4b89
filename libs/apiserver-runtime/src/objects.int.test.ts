import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeProtobuf, encodeProtobuf, unwrapUnknown, wrapUnknown } from '@navarch/api';
import { RunningServer, configMap, configMapPath } from './testing/running-server';

let api: RunningServer;
beforeAll(async () => {
  api = await RunningServer.start();
}, 60_000);
afterAll(() => api?.stop());

test('an object is created, read, changed and deleted', async () => {
  const created = await api.ask2('POST', configMapPath(), configMap('one', { data: { b: '1', a: '2' } }));
  expect([created.status, created.body.kind, created.body.metadata['namespace']]).toEqual([
    201,
    'ConfigMap',
    'default',
  ]);
  const read = await api.ask('GET', configMapPath('one'));
  expect(read.bytes).toEqual(created.bytes);
  const again = await api.ask('POST', configMapPath(), configMap('one'));
  expect([again.status, again.body.message]).toEqual([409, 'configmaps "one" already exists']);

  const updated = await api.ask('PUT', configMapPath('one'), configMap('one', { data: { a: '3' } }));
  expect([updated.status, updated.body['data']]).toEqual([200, { a: '3' }]);
  const stale = await api.ask('PUT', configMapPath('one'), {
    ...configMap('one'),
    metadata: { name: 'one', resourceVersion: created.body.metadata['resourceVersion'] },
  });
  expect(stale.status).toBe(409);

  for (const [type, patch, data] of [
    ['merge-patch', { data: { c: '4' } }, { a: '3', c: '4' }],
    ['strategic-merge-patch', { data: { c: null } }, { a: '3' }],
    ['json-patch', [{ op: 'add', path: '/data/d', value: '5' }], { a: '3', d: '5' }],
  ] as const) {
    const patched = await api.ask('PATCH', configMapPath('one'), patch as object, {
      'content-type': `application/${type}+json`,
    });
    expect([patched.status, patched.body['data']]).toEqual([200, data]);
  }
  const deleted = await api.ask('DELETE', configMapPath('one'));
  expect([deleted.status, deleted.body['status']]).toEqual([200, 'Success']);
  expect((await api.ask('GET', configMapPath('one'))).status).toBe(404);
});

test('a change that changes nothing writes nothing', async () => {
  await api.ask('POST', configMapPath(), configMap('same', { data: { a: '1' } }));
  const before = await api.ask('GET', configMapPath('same'));
  await api.ask('PUT', configMapPath('same'), configMap('same', { data: { a: '1' } }));
  await api.ask(
    'PATCH',
    configMapPath('same'),
    { data: { a: '1' } },
    { 'content-type': 'application/merge-patch+json' },
  );
  expect((await api.ask('GET', configMapPath('same'))).bytes).toEqual(before.bytes);
});

test('an empty list that is not kept is a change of a policy each time', async () => {
  const policies = '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies';
  const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'none' } };
  const closed = { ...policy, spec: { podSelector: {}, ingress: [] } };
  const generation = async (...request: Parameters<RunningServer['ask']>) =>
    (await api.ask(...request)).body.metadata['generation'];
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
    api.ask('PATCH', `${configMapPath('applied')}?fieldManager=${manager}`, configMap('applied', data && { data }), {
      'content-type': 'application/apply-patch+yaml',
    });
  expect((await apply({ a: '1', b: '2' }, 'one')).status).toBe(201);
  expect((await apply({ a: '9' }, 'two')).status).toBe(409);
  expect((await apply({ a: '1' }, 'one')).body['data']).toEqual({ a: '1' });
  expect((await apply(undefined, 'one')).body['data']).toBeUndefined();
});

test('finalizers keep an object until they are gone', async () => {
  await api.ask('POST', configMapPath(), {
    ...configMap('kept'),
    metadata: { name: 'kept', finalizers: ['example.com/f'] },
  });
  const deleting = await api.ask('DELETE', configMapPath('kept'));
  expect(deleting.body.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, finalizers: ['example.com/f'] });
  const released = await api.ask(
    'PATCH',
    configMapPath('kept'),
    { metadata: { finalizers: null } },
    { 'content-type': 'application/merge-patch+json' },
  );
  expect(released.status).toBe(200);
  expect((await api.ask('GET', configMapPath('kept'))).status).toBe(404);
});

test('pages of a selected list are those of its first moment, whatever is written meanwhile', async () => {
  const labelled = (name: string, l: string) => ({ ...configMap(name), metadata: { name, labels: { l } } });
  const names = Array.from({ length: 9 }, (_, i) => `page-${i}`);
  for (const name of names)
    await api.ask('POST', configMapPath(), labelled(name, Number(name.at(-1)) % 3 ? 'page' : 'other'));
  const selected = names.filter(name => Number(name.at(-1)) % 3);
  const seen: string[] = [];
  let token = '';
  for (let page = 0; page === 0 || token; page++) {
    const { body } = await api.ask('GET', `${configMapPath()}?labelSelector=l%3Dpage&limit=2&continue=${token}`);
    seen.push(...body.items.map(item => item.metadata!.name!));
    token = String(body.metadata['continue'] ?? '');
    await api.ask('POST', configMapPath(), labelled(`page-9${page}`, 'page'));
    await api.ask('DELETE', configMapPath(selected.at(-1 - page)!));
  }
  expect(seen).toEqual(selected);
  const whole = await api.ask('GET', `${configMapPath()}?labelSelector=l%3Dother&limit=1&resourceVersion=0`);
  expect([whole.body.items.length, whole.body.metadata['continue']]).toEqual([3, undefined]);
  await api.ask('DELETE', `${configMapPath()}?labelSelector=l+in+(page,other)`);
});

test('an owner in one version loses what another changes through a second one', async () => {
  const base = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
  const scaler = (version: string, spec: object) => ({
    apiVersion: `autoscaling/${version}`,
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h' },
    spec: { maxReplicas: 5, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, ...spec },
  });
  await api.ask('POST', `${base('v1')}?fieldManager=one`, scaler('v1', { targetCPUUtilizationPercentage: 50 }));
  const metric = (averageUtilization: number) => ({
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }],
  });
  const put = await api.ask('PUT', `${base('v2')}/h?fieldManager=two`, scaler('v2', metric(70)));
  expect(put.status).toBe(200);
  const owners = (put.body.metadata['managedFields'] as { manager: string; fieldsV1: object }[]).map(entry => [
    entry.manager,
    JSON.stringify(entry.fieldsV1).includes('targetCPUUtilizationPercentage'),
  ]);
  expect(owners).toEqual([
    ['one', false],
    ['two', false],
  ]);
  await api.ask('DELETE', `${base('v1')}/h`);
});

test('patches are validated field by field', async () => {
  await api.ask('POST', configMapPath(), configMap('strict', { data: { a: '1' } }));
  const send = (type: string, body: object, validation: string) =>
    api.ask('PATCH', `${configMapPath('strict')}?fieldValidation=${validation}`, body, {
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
    await api.ask('POST', configMapPath(), { ...configMap(name), metadata: { name, labels: { l: 'x' } } });
  const all = await api.ask('GET', `${configMapPath()}?labelSelector=l%3Dx`);
  expect(all.body.items.map(i => [i.kind, i.metadata?.name])).toEqual([1, 2, 3].map(n => [undefined, `l-${n}`]));
  const page = await api.ask('GET', `${configMapPath()}?labelSelector=l%3Dx&limit=2`);
  expect(page.body.items).toHaveLength(2);
  const next = await api.ask(
    'GET',
    `${configMapPath()}?labelSelector=l%3Dx&limit=2&continue=${String(page.body.metadata['continue'])}`,
  );
  expect(next.body.items.map(i => i.metadata?.name)).toEqual(['l-3']);
  const table = await api.ask('GET', `${configMapPath()}?labelSelector=l%3Dx`, undefined, {
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  });
  expect(table.body.rows.map(r => r.cells[0])).toEqual(['l-1', 'l-2', 'l-3']);
  const deleted = await api.ask('DELETE', `${configMapPath()}?labelSelector=l%3Dx`);
  expect(deleted.body.items).toHaveLength(3);
  expect((await api.ask('GET', `${configMapPath()}?labelSelector=l%3Dx`)).body.items).toEqual([]);
});

test('protobuf goes in and comes out', async () => {
  const schema = 'io.k8s.api.core.v1.ConfigMap';
  const raw = encodeProtobuf(schema, { metadata: { name: 'pb' }, data: { a: '1' } });
  const protobuf = 'application/vnd.kubernetes.protobuf';
  const created = await api.ask('POST', configMapPath(), wrapUnknown({ apiVersion: 'v1', kind: 'ConfigMap' }, raw), {
    'content-type': protobuf,
    accept: protobuf,
  });
  expect([created.status, created.headers['content-type']]).toEqual([201, protobuf]);
  const envelope = unwrapUnknown(created.bytes);
  expect([envelope.kind, decodeProtobuf(schema, envelope.raw)['data']]).toEqual(['ConfigMap', { a: '1' }]);
  expect((await api.ask('GET', configMapPath('pb'))).body['data']).toEqual({ a: '1' });
});

test('unknown fields are warned of, or refused', async () => {
  const odd = { ...configMap('odd'), bogus: 1 };
  const warned = await api.ask('POST', configMapPath(), odd);
  expect([warned.status, warned.headers['warning']]).toEqual([201, '299 - "unknown field \\"bogus\\""']);
  const refused = await api.ask('POST', `${configMapPath()}?fieldValidation=Strict`, odd);
  expect([refused.status, refused.body.message]).toEqual([
    400,
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "bogus"',
  ]);
});
