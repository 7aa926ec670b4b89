import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import type { KubeObject } from '@navarch/apimachinery';
import { calculateUsed, meteredBy } from './plan';
import { matchesScopes } from './scopes';

const NOW = Date.parse('2024-01-01T10:00:00Z');

test.each([
  ['pods', 'pods'],
  ['cpu', 'pods'],
  ['requests.memory', 'pods'],
  ['limits.ephemeral-storage', 'pods'],
  ['hugepages-2Mi', 'pods'],
  ['requests.hugepages-2Mi', 'pods'],
  ['requests.example.com/gpu', 'pods'],
  ['limits.example.com/gpu', undefined],
  ['requests.storage', 'persistentvolumeclaims'],
  ['gold.storageclass.storage.k8s.io/requests.storage', 'persistentvolumeclaims'],
  ['gold.storageclass.storage.k8s.io/persistentvolumeclaims', 'persistentvolumeclaims'],
  ['services.nodeports', 'services'],
  ['configmaps', 'configmaps'],
  ['count/secrets', 'secrets'],
  ['count/leases.coordination.k8s.io', 'leases.coordination.k8s.io'],
  ['count/events', undefined],
  ['example.com/whatever', undefined],
])('%s is used up by %s', (name, resource) => expect(meteredBy(name)).toBe(resource));

const container = (requests: Record<string, string>, limits: Record<string, string> = {}): corev1.Container =>
  ({ name: 'c', resources: { requests, limits } }) as corev1.Container;
const pod = (spec: Partial<corev1.PodSpec>, phase = 'Running'): corev1.Pod => ({
  metadata: { name: 'p', namespace: 'n' },
  spec: { containers: [], ...spec },
  status: { phase },
});
const count = (
  hard: Record<string, string>,
  objects: Record<string, KubeObject[]>,
  spec: corev1.ResourceQuotaSpec = {},
) =>
  Object.fromEntries(
    [...calculateUsed({ spec: { ...spec, hard } }, resource => objects[resource], NOW)].map(([name, amount]) => [
      name,
      amount.toString(),
    ]),
  );

test('pods: requests and limits of those that are not over; count/pods counts all', () => {
  const half = pod({ containers: [container({ cpu: '500m', memory: '512Mi' }, { memory: '512Mi' })] });
  const done = { ...half, status: { phase: 'Succeeded' } };
  const overdue = {
    ...half,
    metadata: { ...half.metadata, deletionTimestamp: '2024-01-01T09:00:00Z', deletionGracePeriodSeconds: 30 },
  };
  const hard = {
    cpu: '4',
    'requests.cpu': '4',
    'limits.memory': '4Gi',
    pods: '9',
    'count/pods': '9',
    'requests.a/b': '1',
  };
  expect(count(hard, { pods: [half, half, done, overdue] })).toEqual({
    cpu: '1',
    'requests.cpu': '1',
    'limits.memory': '1Gi',
    pods: '2',
    'count/pods': '4',
    'requests.a/b': '0',
  });
});

test('a pod needs what its start needs, if that is more, and its overhead', () => {
  const sidecar = { ...container({ cpu: '1' }), restartPolicy: 'Always' };
  const init = container({ cpu: '3' });
  const given = pod({
    initContainers: [sidecar, init],
    containers: [container({ cpu: '2' })],
    overhead: { cpu: '250m' },
  });
  expect(count({ cpu: '9' }, { pods: [given] })).toEqual({ cpu: '4250m' });
});

test('services, claims and objects', () => {
  const service = (type: string, more: object = {}) =>
    ({ spec: { type, ports: [{ port: 1, nodePort: 30_001 }, { port: 2 }], ...more } }) as unknown as KubeObject;
  expect(
    count(
      { services: '9', 'services.nodeports': '9', 'services.loadbalancers': '9' },
      {
        services: [
          service('ClusterIP'),
          service('NodePort'),
          service('LoadBalancer'),
          service('LoadBalancer', { allocateLoadBalancerNodePorts: false }),
        ],
      },
    ),
  ).toEqual({ services: '4', 'services.nodeports': '5', 'services.loadbalancers': '2' });
  const claim = (storageClassName: string, storage: string) =>
    ({ spec: { storageClassName, resources: { requests: { storage } } } }) as KubeObject;
  const gold = 'gold.storageclass.storage.k8s.io/';
  expect(
    count(
      { 'requests.storage': '9Gi', persistentvolumeclaims: '9', [`${gold}requests.storage`]: '9Gi' },
      { persistentvolumeclaims: [claim('gold', '1Gi'), claim('other', '2Gi')] },
    ),
  ).toEqual({ 'requests.storage': '3Gi', persistentvolumeclaims: '2', [`${gold}requests.storage`]: '1Gi' });
  expect(
    count({ 'count/deployments.apps': '1', configmaps: '1', 'no.such/thing': '1' }, { configmaps: [{}, {}] }),
  ).toEqual({
    configmaps: '2',
  });
});

test('what cannot be counted now keeps its last count; scopes count pods only', () => {
  const quota = { spec: { hard: { 'count/x.y': '1' } }, status: { used: { 'count/x.y': '3', gone: '1' } } };
  expect([...calculateUsed(quota, () => undefined, NOW)].map(([name, amount]) => [name, String(amount)])).toEqual([
    ['count/x.y', '3'],
  ]);
  const objects = { pods: [pod({}), pod({ activeDeadlineSeconds: 5 })], configmaps: [{}] };
  expect(count({ pods: '9', configmaps: '9' }, objects, { scopes: ['Terminating'] })).toEqual({
    pods: '1',
    configmaps: '0',
  });
});

describe('scopes', () => {
  const bounded = pod({ activeDeadlineSeconds: 0 });
  const burstable = pod({ containers: [container({ cpu: '1' })] });
  const high = pod({ priorityClassName: 'high' });
  const crossing = pod({
    affinity: {
      podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k', namespaces: ['x'] }] },
    },
  });
  const priority = (operator: string, ...values: string[]) => ({
    scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator, values }] },
  });
  test.each([
    [{}, pod({}), true],
    [{ scopes: ['Terminating'] }, bounded, true],
    [{ scopes: ['Terminating'] }, pod({}), false],
    [{ scopes: ['NotTerminating'] }, pod({}), true],
    [{ scopes: ['BestEffort'] }, pod({}), true],
    [{ scopes: ['BestEffort'] }, burstable, false],
    [{ scopes: ['NotBestEffort', 'NotTerminating'] }, burstable, true],
    [{ scopes: ['CrossNamespacePodAffinity'] }, crossing, true],
    [{ scopes: ['CrossNamespacePodAffinity'] }, pod({}), false],
    [{ scopes: ['PriorityClass'] }, high, true],
    [priority('In', 'high', 'low'), high, true],
    [priority('NotIn', 'high'), high, false],
    [priority('Exists'), pod({}), false],
    [priority('DoesNotExist'), pod({}), true],
    [{ scopes: ['Unheard'] }, pod({}), false],
  ] as [corev1.ResourceQuotaSpec, corev1.Pod, boolean][])('%j', (spec, given, expected) => {
    expect(matchesScopes(spec, given)).toBe(expected);
  });
});
