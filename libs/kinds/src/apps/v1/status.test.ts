import { expect, test } from '@jest/globals';
import { validateCollisions } from '../../shared/replica-counts';
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

test('up to 1.28 a disk that several pods mount is read-only', () => {
  const volumes = [{ name: 'v', gcePersistentDisk: { pdName: 'd' } }];
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }], volumes } };
  const of = (replicas: number) => ({ spec: { replicas, selector: { matchLabels: { a: 'b' } }, template } });
  expect(ask('/apis/apps/v1/namespaces/n/deployments').created(of(1))).toEqual([]);
  expect(ask('/apis/apps/v1/namespaces/n/deployments', 29).created(of(2))).toEqual([]);
  expect(ask('/apis/apps/v1/namespaces/n/deployments', 28).created(of(2))).toEqual([
    'spec.template.spec.volumes[0].gcePersistentDisk.readOnly: Invalid value: false: must be true for replicated pods > 1; GCE PD can only be mounted on multiple machines if it is read-only',
  ]);
});

test('v1.20: values of expressions that no label can have make a selector invalid', () => {
  const selector = { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['Odd!'] }] };
  const body = { spec: { ...(workload['spec'] as Part), selector } };
  const go =
    'v1.LabelSelector{MatchLabels:map[string]string{"a":"b"}, MatchExpressions:[]v1.LabelSelectorRequirement{v1.LabelSelectorRequirement{Key:"a", Operator:"In", Values:[]string{"Odd!"}}}}';
  const of = (resource: string) => ask(`/apis/apps/v1/namespaces/n/${resource}`).created(body);
  expect(of('deployments')).toEqual([`spec.selector: Invalid value: ${go}: invalid label selector`]);
  expect(of('statefulsets')).toEqual([`spec.selector: Invalid value: ${go}`]);
  expect(of('daemonsets')).toEqual([]);
});

test.each<readonly [now: number | undefined, old: number | undefined, isRefused: boolean]>([
  [undefined, undefined, false],
  [0, undefined, false],
  [2, 1, false],
  [1, 2, true],
  [undefined, 0, true],
])('collisions are not forgotten: %s after %s', (now, old, isRefused) => {
  const status = (collisionCount: number | undefined) => (collisionCount === undefined ? {} : { collisionCount });
  const refusal = `Invalid value: ${now ?? 0}: cannot be decremented`;
  expect(validateCollisions(status(now), status(old)).map(e => e.message)).toEqual(isRefused ? [refusal] : []);
});

test('v1.20: the data of a revision is there and never changes', () => {
  const revisions = ask('/apis/apps/v1/namespaces/n/controllerrevisions');
  expect(revisions.created({ revision: 1 })).toEqual(['data: Required value: data is mandatory']);
  expect(revisions.changed({ data: { a: 1 } }, { data: {} })).toEqual([
    'data: Invalid value: runtime.Unknown{TypeMeta:runtime.TypeMeta{APIVersion:"", Kind:""}, Raw:[]uint8{0x7b, 0x7d}, ContentEncoding:"", ContentType:"application/json"}: field is immutable',
  ]);
});
