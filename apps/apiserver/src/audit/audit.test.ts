import { describe, expect, test } from '@jest/globals';
import type { RequestInfo } from '@navarch/apiserver-runtime';
import { auditEvent } from './event';
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
const policy = (...rules: object[]) => AuditPolicy.parse({ kind: 'Policy', apiVersion: 'audit.k8s.io/v1', rules });

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
    expect(policy(...rules).levelOf(info(change), alice)).toBe(want);
  });
  test.each([[[]], [[{ level: 'All' }]], [[{ level: 'None', namespaces: ['a'], nonResourceURLs: ['/x'] }]]])(
    '%j is refused',
    rules => {
      expect(() => policy(...rules)).toThrow('rules');
    },
  );
});

describe('auditEvent', () => {
  const record = {
    ...{
      info: info(),
      method: 'GET',
      uri: '/api/v1/namespaces/n/secrets/s',
      user: alice,
      impersonated: undefined,
      remoteAddress: '10.0.0.1',
      userAgent: 'kubectl',
    },
    ...{
      requestBody: undefined,
      responseBody: Buffer.from('{"kind":"Secret"}'),
      status: 200,
      receivedMs: 0,
      finishedMs: 5,
      decision: 'RBAC: allowed',
      annotations: undefined,
    },
  };
  test('bodies are kept only where the level says so', () => {
    expect(auditEvent(record, 'Metadata')).not.toHaveProperty('responseObject');
    expect(auditEvent(record, 'RequestResponse')).toMatchObject({
      responseObject: { kind: 'Secret' },
      objectRef: { resource: 'secrets', namespace: 'n', name: 's', apiVersion: 'v1' },
      stageTimestamp: '1970-01-01T00:00:00.005000Z',
    });
  });
  test('what admission noted is among the annotations', () => {
    const annotations = { 'policy.example/replicas': 'too many' };
    expect(auditEvent({ ...record, annotations }, 'Metadata')).toMatchObject({
      annotations: { ...annotations, 'authorization.k8s.io/decision': 'allow' },
    });
  });
  test('a refused request says so', () => {
    expect(auditEvent({ ...record, status: 403, decision: undefined }, 'Metadata')).toMatchObject({
      annotations: { 'authorization.k8s.io/decision': 'forbid' },
    });
  });
});
