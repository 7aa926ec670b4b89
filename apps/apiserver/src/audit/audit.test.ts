import { describe, expect, test } from '@jest/globals';
import type { AuditPlan, AuditRecord, RequestInfo } from '@navarch/apiserver-runtime';
import { Registry } from '@navarch/base';
import { Audit } from './audit';
import { auditEvent } from './event';
import { auditVersions } from './format';
import { AuditPolicy } from './policy';

const info = (change: Partial<RequestInfo> = {}): RequestInfo => ({
  ...{
    isResourceRequest: true,
    path: '/api/v1/namespaces/n/secrets/s',
    verb: 'get',
    group: '',
    version: 'v1',
    namespace: 'n',
    resource: 'secrets',
  },
  ...{ subresource: '', name: 's', rest: '' },
  ...change,
});
const alice = { name: 'alice', groups: ['staff'] };
const policy = (...rules: object[]) =>
  AuditPolicy.parse({ kind: 'Policy', apiVersion: 'audit.k8s.io/v1', rules }, ['audit.k8s.io/v1']);

describe('AuditPolicy', () => {
  test.each<[string, object[], Partial<RequestInfo>, string]>([
    ['the first rule that matches decides', [{ level: 'None', users: ['alice'] }, { level: 'Metadata' }], {}, 'None'],
    ['another user', [{ level: 'None', users: ['bob'] }, { level: 'Metadata' }], {}, 'Metadata'],
    ['by group', [{ level: 'Request', userGroups: ['staff'] }], {}, 'Request'],
    ['by verb', [{ level: 'Request', verbs: ['create'] }], {}, 'None'],
    ['by resource', [{ level: 'Metadata', resources: [{ group: '', resources: ['secrets'] }] }], {}, 'Metadata'],
    [
      'a resource is not its subresource',
      [{ level: 'Metadata', resources: [{ group: '', resources: ['secrets'] }] }],
      { subresource: 'x' },
      'None',
    ],
    [
      'any subresource',
      [{ level: 'Metadata', resources: [{ group: '', resources: ['secrets/*'] }] }],
      { subresource: 'x' },
      'Metadata',
    ],
    ['a whole group', [{ level: 'Request', resources: [{ group: 'apps' }] }], { group: 'apps' }, 'Request'],
    ['another namespace', [{ level: 'Request', namespaces: ['kube-system'] }], {}, 'None'],
    [
      'paths',
      [{ level: 'None', nonResourceURLs: ['/healthz*'] }, { level: 'Metadata' }],
      { isResourceRequest: false, path: '/healthz/etcd' },
      'None',
    ],
    ['a rule about paths is not about resources', [{ level: 'Request', nonResourceURLs: ['*'] }], {}, 'None'],
  ])('%s', (_name, rules, change, want) => {
    expect(policy(...rules).plan(info(change), alice)?.level ?? 'None').toBe(want);
  });
  test.each([
    [[]],
    [[{ level: 'All' }]],
    [[{ level: 'None', omitStages: ['Odd'] }]],
    [[{ level: 'None', namespaces: ['a'], nonResourceURLs: ['/x'] }]],
  ])('%j is refused', rules => {
    expect(() => policy(...rules)).toThrow('rules');
  });
  test('versions before v1 are read by releases up to 1.23', () => {
    const old = { kind: 'Policy', apiVersion: 'audit.k8s.io/v1beta1', rules: [{ level: 'Metadata' }] };
    expect(AuditPolicy.parse(old, auditVersions(23)).plan(info(), alice)!.level).toBe('Metadata');
    expect(() => AuditPolicy.parse(old, auditVersions(24))).toThrow('must be a Policy of audit.k8s.io/v1');
  });
});

test('stages are left out by the policy and by the rule, managedFields by the rule before the policy', () => {
  const parsed = AuditPolicy.parse(
    {
      ...{ kind: 'Policy', apiVersion: 'audit.k8s.io/v1', omitStages: ['RequestReceived'], omitManagedFields: true },
      rules: [
        { level: 'Request', verbs: ['get'], omitStages: ['Panic'], omitManagedFields: false },
        { level: 'Metadata' },
      ],
    },
    ['audit.k8s.io/v1'],
  );
  const plan = (verb: string) => parsed.plan(info({ verb }), alice)!;
  expect([...plan('get').stages]).toEqual(['ResponseStarted', 'ResponseComplete']);
  expect([...plan('list').stages]).toEqual(['ResponseStarted', 'ResponseComplete', 'Panic']);
  expect([plan('get').omitManagedFields, plan('list').omitManagedFields]).toEqual([false, true]);
  expect([plan('get').bodies, plan('list').bodies]).toEqual([true, false]);
});

const record: AuditRecord = {
  ...{
    id: 'id-1',
    stage: 'ResponseComplete',
    plan: policy({ level: 'Metadata' }).plan(info(), alice)!,
    info: info(),
    method: 'GET',
  },
  ...{ uri: '/api/v1/namespaces/n/secrets/s', user: alice, impersonated: undefined, userAgent: 'kubectl' },
  ...{
    remoteAddress: '10.0.0.1',
    forwardedFor: undefined,
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  },
  requestBody: Buffer.from('{"metadata":{"name":"new","managedFields":[{}]}}'),
  responseBody: Buffer.from('{"kind":"Secret","metadata":{"managedFields":[{}]}}'),
  ...{ status: 200, receivedMs: 0, stageMs: 5 },
};

describe('auditEvent', () => {
  const planOf = (level: string, more: object = {}): AuditPlan => policy({ level, ...more }).plan(info(), alice)!;
  test('tells who did what, when and with which result', () => {
    expect(auditEvent(record)).toEqual({
      ...{
        kind: 'Event',
        apiVersion: 'audit.k8s.io/v1',
        level: 'Metadata',
        auditID: 'id-1',
        stage: 'ResponseComplete',
      },
      ...{ requestURI: '/api/v1/namespaces/n/secrets/s', verb: 'get', userAgent: 'kubectl', sourceIPs: ['10.0.0.1'] },
      user: { username: 'alice', groups: ['staff'] },
      objectRef: { resource: 'secrets', namespace: 'n', name: 's', apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 200 },
      requestReceivedTimestamp: '1970-01-01T00:00:00.000000Z',
      stageTimestamp: '1970-01-01T00:00:00.005000Z',
      annotations: { 'authorization.k8s.io/decision': 'allow' },
    });
  });
  test('bodies are kept only where the level says so', () => {
    expect(auditEvent({ ...record, plan: planOf('Request') })).not.toHaveProperty('responseObject');
    expect(auditEvent({ ...record, plan: planOf('RequestResponse') })).toMatchObject({
      requestObject: { metadata: { name: 'new', managedFields: [{}] } },
      responseObject: { kind: 'Secret' },
    });
    expect(auditEvent({ ...record, plan: planOf('RequestResponse', { omitManagedFields: true }) })).toMatchObject({
      requestObject: { metadata: { name: 'new' } },
      responseObject: { kind: 'Secret', metadata: {} },
    });
  });
  test('a new object has its name from its body, and proxies name the client', () => {
    const creation = { ...record, plan: planOf('Request'), info: info({ name: '', verb: 'create' }) };
    expect(auditEvent({ ...creation, forwardedFor: '1.2.3.4, 10.0.0.1' })).toMatchObject({
      objectRef: { name: 'new' },
      sourceIPs: ['1.2.3.4', '10.0.0.1'],
    });
  });
  test('a failure says what its Status says, a stage before the answer nothing', () => {
    const responseBody = Buffer.from(
      '{"kind":"Status","status":"Failure","message":"m","reason":"Forbidden","code":403}',
    );
    expect(auditEvent({ ...record, status: 403, responseBody })).toMatchObject({
      responseStatus: { status: 'Failure', message: 'm', reason: 'Forbidden', code: 403 },
    });
    expect(auditEvent({ ...record, stage: 'RequestReceived', status: undefined })).not.toHaveProperty('responseStatus');
  });
});

test('events are counted, and requests that must not go on', async () => {
  const metrics = new Registry();
  const take = (event: object) => Promise.resolve((event as { stage: string }).stage !== 'RequestReceived');
  const backend = { take, stop: () => Promise.resolve() };
  const audit = new Audit(policy({ level: 'Metadata' }), [backend], metrics);
  const keep = (stage: AuditRecord['stage']) => audit.record({ ...record, stage });
  expect([await keep('RequestReceived'), await keep('ResponseComplete')]).toEqual([false, true]);
  const text = await metrics.metrics();
  for (const line of ['event_total 2', 'requests_rejected_total 1']) expect(text).toContain(`apiserver_audit_${line}`);
});
