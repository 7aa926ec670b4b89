import { expect, test } from '@jest/globals';
import { forgetDormant, NEVER } from './dormant';
import { create, findTarget, update } from './testing/create';

test('paths lead through lists, and what was there before stays', () => {
  const forget = forgetDormant({ 'spec.a.b': 30, 'spec.c': NEVER, d: 20 }, 29)!;
  const object = () => ({ spec: { a: [{ b: 1, e: 2 }, {}, null], c: 3 }, d: 4 });
  const fresh = object();
  forget(fresh, undefined);
  expect(fresh).toEqual({ spec: { a: [{ e: 2 }, {}, null] }, d: 4 });
  const changed = object();
  forget(changed, { spec: { a: [{}, { b: 5 }] } });
  expect(changed).toEqual({ spec: { a: [{ b: 1, e: 2 }, {}, null] }, d: 4 });
});

test('a release that uses all of them forgets nothing', () => {
  expect(forgetDormant({ a: 30 }, 30)).toBeUndefined();
});

const template = {
  metadata: { labels: { a: 'b' } },
  spec: { containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' },
};
const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1' } } };
const other = { kind: 'A', apiGroup: 'b.c', name: 'd' };

test.each<[path: string, spec: object, field: string, unused: number, used: number | undefined]>([
  [
    'apps/v1/namespaces/n/statefulsets',
    {
      selector: { matchLabels: { a: 'b' } },
      template: { ...template, spec: { containers: template.spec.containers } },
      minReadySeconds: 5,
    },
    'minReadySeconds',
    22,
    23,
  ],
  ['batch/v1/namespaces/n/jobs', { template, managedBy: 'a.b/c' }, 'managedBy', 31, 32],
  [
    'batch/v1/namespaces/n/jobs',
    { template, completionMode: 'Indexed', completions: 1, backoffLimitPerIndex: 1 },
    'backoffLimitPerIndex',
    28,
    29,
  ],
  ['storage.k8s.io/v1/csidrivers', { seLinuxMount: true }, 'seLinuxMount', 27, 28],
  [
    'storage.k8s.io/v1/csidrivers',
    { nodeAllocatableUpdatePeriodSeconds: 60 },
    'nodeAllocatableUpdatePeriodSeconds',
    33,
    undefined,
  ],
  ['coordination.k8s.io/v1/namespaces/n/leases', { strategy: 'OldestEmulationVersion' }, 'strategy', 33, undefined],
  [
    'policy/v1/namespaces/n/poddisruptionbudgets',
    { unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    'unhealthyPodEvictionPolicy',
    26,
    27,
  ],
  [
    'core/v1/namespaces/n/services',
    { ports: [{ port: 1 }], trafficDistribution: 'PreferClose' },
    'trafficDistribution',
    30,
    31,
  ],
  [
    'core/v1/namespaces/n/persistentvolumeclaims',
    { ...claim, volumeAttributesClassName: 'c' },
    'volumeAttributesClassName',
    33,
    undefined,
  ],
  ['core/v1/namespaces/n/persistentvolumeclaims', { ...claim, dataSourceRef: other }, 'dataSourceRef', 23, 24],
  [
    'core/v1/namespaces/n/persistentvolumeclaims',
    { ...claim, dataSourceRef: { ...other, namespace: 'm' } },
    'dataSourceRef',
    33,
    undefined,
  ],
])('%s %j: %s', (path, spec, field, unused, used) => {
  const place = path.startsWith('core/') ? `/api/${path.slice(5)}` : `/apis/${path}`;
  const specOf = (emulated: number) => {
    const { object, errors } = create(findTarget(place, emulated)!, { metadata: { name: 'x' }, spec }, emulated);
    expect(errors).toEqual([]);
    return (object as { spec?: object }).spec;
  };
  expect(specOf(unused)).not.toHaveProperty(field);
  if (used !== undefined) expect(specOf(used)).toHaveProperty(field);
});

test('a status keeps back what the release does not use', () => {
  const target = findTarget('/apis/apps/v1/namespaces/n/replicasets', 33)!;
  const body = {
    metadata: { name: 'x' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { ...template, spec: { containers: template.spec.containers } },
    },
  };
  const { object: old } = create(target, body, 33);
  const status = { replicas: 1, terminatingReplicas: 1 };
  expect(update(target, { ...body, status }, old, 33, 'status').object).toMatchObject({ status: { replicas: 1 } });
  expect(update(target, { ...body, status }, old, 33, 'status').object).not.toHaveProperty(
    'status.terminatingReplicas',
  );
});

test('a claim of any source says so in both forms', () => {
  const target = findTarget('/api/v1/namespaces/n/persistentvolumeclaims', 33)!;
  const spec = (more: object) => create(target, { metadata: { name: 'x' }, spec: { ...claim, ...more } }, 33).object;
  expect(spec({ dataSourceRef: other })).toMatchObject({ spec: { dataSource: other, dataSourceRef: other } });
  expect(spec({ dataSource: other })).not.toHaveProperty('spec.dataSource');
});
