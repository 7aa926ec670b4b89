import { expect, test } from '@jest/globals';
import { ask } from '../../testing/findings';

type Part = Readonly<Record<string, unknown>>;
const workload: Part = {
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  },
};
const autoscaler: Part = { spec: { maxReplicas: 1, scaleTargetRef: { kind: 'Deployment', name: 'd' } } };

test.each<readonly [path: string, body: Part, status: Part, findings: string[]]>([
  [
    '/apis/apps/v1/namespaces/n/deployments',
    workload,
    { replicas: 1, updatedReplicas: 2, availableReplicas: 1 },
    [
      'status.updatedReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 1: cannot be greater than readyReplicas',
    ],
  ],
  [
    '/apis/apps/v1/namespaces/n/replicasets',
    workload,
    { replicas: 0, observedGeneration: -1 },
    ['status.observedGeneration: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    '/apis/apps/v1/namespaces/n/daemonsets',
    workload,
    { numberReady: -1 },
    ['status.numberReady: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    '/apis/autoscaling/v1/namespaces/n/horizontalpodautoscalers',
    autoscaler,
    { currentReplicas: -1, desiredReplicas: -2 },
    [
      'status.currentReplicas: Invalid value: -1: must be greater than or equal to 0',
      'status.desiredReplicas: Invalid value: -2: must be greater than or equal to 0',
    ],
  ],
])('v1.20 says of a status at %s', (path, body, status, findings) => {
  expect(ask(path).changed(body, { ...body, status }, 'status')).toEqual(findings);
});

test('v1.20: what a stateful set mounts is made by its claims, and its pods run for ever', () => {
  const container = { name: 'c', image: 'i', volumeMounts: [{ name: 'data', mountPath: '/d' }] };
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [container], activeDeadlineSeconds: 5 } };
  const spec = { selector: { matchLabels: { a: 'b' } }, template };
  expect(ask('/apis/apps/v1/namespaces/n/statefulsets').created({ spec })).toEqual([
    'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported',
  ]);
});

test('v1.20: a disk that several pods mount is read-only', () => {
  const volumes = [{ name: 'v', gcePersistentDisk: { pdName: 'd' } }];
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }], volumes } };
  const of = (replicas: number) => ({ spec: { replicas, selector: { matchLabels: { a: 'b' } }, template } });
  expect(ask('/apis/apps/v1/namespaces/n/deployments').created(of(1))).toEqual([]);
  expect(ask('/apis/apps/v1/namespaces/n/deployments').created(of(2))).toEqual([
    'spec.template.spec.volumes[0].gcePersistentDisk.readOnly: Invalid value: false: must be true for replicated pods > 1; GCE PD can only be mounted on multiple machines if it is read-only',
  ]);
});
