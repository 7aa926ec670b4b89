import { describe, expect, test } from '@jest/globals';
import type { AuditEvent } from './event';
import { auditVersions, inVersion, legacyLine } from './format';

const event: AuditEvent = {
  ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', auditID: 'id', stage: 'ResponseComplete' },
  ...{ requestURI: '/apis/apps/v1/namespaces/n/deployments', verb: 'list', userAgent: 'kubectl "x"' },
  user: { username: 'alice', groups: ['staff', 'all'] },
  sourceIPs: ['10.0.0.1', '10.0.0.2'],
  objectRef: { namespace: 'n', apiGroup: 'apps', apiVersion: 'v1' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2024-01-02T03:04:05.120000Z',
  stageTimestamp: '2024-01-02T03:04:06.000000Z',
};
const { objectRef: _, responseStatus: _status, sourceIPs: _ips, userAgent: _agent, ...bare } = event;

describe('a line of text', () => {
  test.each<[title: string, event: AuditEvent, emulated: number, line: string]>([
    [
      'all that is told',
      event,
      33,
      String.raw`2024-01-02T03:04:05.12Z AUDIT: id="id" stage="ResponseComplete" ip="10.0.0.1" method="list" user="alice" groups="\"staff\",\"all\"" as="<self>" asgroups="<lookup>" user-agent="kubectl \"x\"" namespace="n" uri="/apis/apps/v1/namespaces/n/deployments" response="200"`,
    ],
    [
      'what is not known, as 1.20 has it',
      { ...bare, user: {}, requestReceivedTimestamp: '2024-01-02T03:04:05.000000Z' },
      20,
      '2024-01-02T03:04:05Z AUDIT: id="id" stage="ResponseComplete" ip="<unknown>" method="list" user="<none>" groups="<none>" as="<self>" asgroups="<lookup>" namespace="<none>" uri="/apis/apps/v1/namespaces/n/deployments" response="<deferred>"',
    ],
    [
      'another user',
      { ...bare, user: { username: 'alice', groups: [] }, impersonatedUser: { username: 'bob', groups: ['g'] } },
      20,
      String.raw`2024-01-02T03:04:05.12Z AUDIT: id="id" stage="ResponseComplete" ip="<unknown>" method="list" user="alice" groups="<none>" as="bob" asgroups="\"g\"" namespace="<none>" uri="/apis/apps/v1/namespaces/n/deployments" response="<deferred>"`,
    ],
  ])('%s', (_title, told, emulated, line) => {
    expect(legacyLine(told, emulated)).toBe(line);
  });
});

test('versions before v1 are those of releases up to 1.23', () => {
  expect(auditVersions(23)).toEqual(['audit.k8s.io/v1', 'audit.k8s.io/v1beta1', 'audit.k8s.io/v1alpha1']);
  expect(auditVersions(24)).toEqual(['audit.k8s.io/v1']);
});

describe('an event in another version', () => {
  test('v1 is as it is', () => {
    expect(inVersion(event, 'audit.k8s.io/v1')).toBe(event);
  });
  test('v1beta1 tells the times once more, to the second', () => {
    expect(inVersion(event, 'audit.k8s.io/v1beta1')).toEqual({
      ...event,
      apiVersion: 'audit.k8s.io/v1beta1',
      metadata: { creationTimestamp: '2024-01-02T03:04:06Z' },
      timestamp: '2024-01-02T03:04:05Z',
    });
  });
  test('v1alpha1 has group and version in one', () => {
    expect(inVersion(event, 'audit.k8s.io/v1alpha1')).toMatchObject({
      apiVersion: 'audit.k8s.io/v1alpha1',
      objectRef: { namespace: 'n', apiVersion: 'apps/v1' },
    });
    expect(inVersion(bare, 'audit.k8s.io/v1alpha1')).not.toHaveProperty('objectRef');
  });
});
