import { describe, expect, test } from '@jest/globals';
import type { appsv1, corev1 } from '@navarch/api';
import { releaseOf } from '../../shared/release';
import { templatePatch } from '../../shared/revisions';
import { claimOwners, claimsOf, isStale, ordinalOf, statefulPod } from './identity';
import { planStatefulSet } from './plan';
import { statefulStatus } from './status';

const NOW = Date.parse('2024-01-01T10:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
const set = (spec: Partial<appsv1.StatefulSetSpec> = {}, status: Partial<appsv1.StatefulSetStatus> = {}) =>
  ({
    metadata: { name: 'web', namespace: 'n', uid: 'set', generation: 3 },
    spec: { replicas: 3, serviceName: 'svc', selector: { matchLabels: { app: 'web' } }, template: {}, ...spec },
    status: { replicas: 0, ...status },
  }) as appsv1.StatefulSet;
const pod = (
  ordinal: number,
  { revision = 'web-1', phase = 'Running', readyFor = 100, deleting = false, identity = true } = {},
): corev1.Pod => ({
  metadata: {
    name: `web-${ordinal}`,
    uid: `pod-${ordinal}`,
    labels: {
      'controller-revision-hash': revision,
      ...(identity && { 'statefulset.kubernetes.io/pod-name': `web-${ordinal}` }),
    },
    ...(deleting && { deletionTimestamp: ago(1) }),
  },
  status: {
    phase,
    conditions: readyFor < 0 ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: ago(readyFor) }],
  },
});
const pending = { phase: 'Pending', readyFor: -1 };
const SAME = { current: 'web-1', update: 'web-1' };
const UPDATE = { current: 'web-1', update: 'web-2' };
const parallel = { podManagementPolicy: 'Parallel' };
const onDelete = { updateStrategy: { type: 'OnDelete' } };
const partition = (value: number) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: value } },
});
const fresh = { revision: 'web-2' };

describe('planStatefulSet', () => {
  test.each([
    ['the first pod first', {}, [], SAME, 'create 0@web-1'],
    ['the next one after it is ready', {}, [pod(0)], SAME, 'create 1@web-1'],
    ['and not before', {}, [pod(0, pending)], SAME, ''],
    ['nor before it is available', { minReadySeconds: 200 }, [pod(0)], SAME, 'unavailable'],
    ['a gap is filled first', {}, [pod(0), pod(2)], SAME, 'create 1@web-1'],
    ['all at once in parallel', parallel, [pod(1, pending)], SAME, 'create 0@web-1,2@web-1'],
    ['ordinals begin where they should', { replicas: 1, ordinals: { start: 5 } }, [], SAME, 'create 5@web-1'],
    ['nothing to do', {}, [pod(0), pod(1), pod(2)], SAME, ''],
    ['scaling down takes the highest', { replicas: 1 }, [pod(0), pod(1), pod(2)], SAME, 'delete 2'],
    ['one at a time', { replicas: 1 }, [pod(0), pod(1), pod(2, { deleting: true })], SAME, ''],
    ['not while one that stays is not ready', { replicas: 1 }, [pod(0, pending), pod(1)], SAME, ''],
    ['an unhealthy one may go', { replicas: 1 }, [pod(0), pod(1, pending)], SAME, 'delete 1'],
    ['but not before another below it', { replicas: 0 }, [pod(0, pending), pod(1), pod(2, pending)], SAME, ''],
    ['nor while that one goes', { replicas: 0 }, [pod(0, { deleting: true }), pod(1, pending)], SAME, ''],
    ['a healthy one does not wait', { replicas: 0 }, [pod(0, pending), pod(1)], SAME, 'delete 1'],
    ['down in parallel', { ...parallel, replicas: 1 }, [pod(0, pending), pod(1), pod(2)], SAME, 'delete 2,1'],
    ['a failed pod is made again', {}, [pod(0, { phase: 'Failed' }), pod(1)], SAME, 'recreate 0'],
    ['once it is gone', {}, [pod(0, { phase: 'Failed', deleting: true })], SAME, ''],
    ['an update begins at the top', {}, [pod(0), pod(1), pod(2)], UPDATE, 'delete 2'],
    ['goes on when that is ready', {}, [pod(0), pod(1), pod(2, fresh)], UPDATE, 'delete 1'],
    ['and not before', {}, [pod(0), pod(1), pod(2, { ...fresh, ...pending })], UPDATE, ''],
    ['waits for the deleted one', parallel, [pod(0), pod(1), pod(2, { deleting: true })], UPDATE, ''],
    ['a pod that is missing comes from the new one', {}, [pod(0), pod(1)], UPDATE, 'create 2@web-2'],
    ['stops at the partition', partition(2), [pod(0), pod(1), pod(2, fresh)], UPDATE, ''],
    ['below it pods stay what they were', partition(2), [pod(0), pod(2)], UPDATE, 'create 1@web-1'],
    ['a partition past the end updates nothing', partition(9), [pod(0), pod(1), pod(2)], UPDATE, ''],
    ['OnDelete leaves it to others', onDelete, [pod(0), pod(1), pod(2)], UPDATE, ''],
    ['who get the new one', onDelete, [pod(0), pod(1)], UPDATE, 'create 2@web-2'],
    ['a pod that lost its label', { replicas: 1 }, [pod(0, { identity: false })], SAME, 'repair 0'],
    ['others are left alone', { replicas: 0 }, [{ metadata: { name: 'web-x' } }], SAME, ''],
  ] as [string, Partial<appsv1.StatefulSetSpec>, corev1.Pod[], typeof SAME, string][])(
    '%s',
    (_name, spec, pods, revisions, expected) => {
      const plan = planStatefulSet(set(spec), pods, revisions, NOW);
      const ordinals = (list: readonly corev1.Pod[]) => list.map(p => ordinalOf(set(), p)).join();
      const said = [
        plan.create.length ? `create ${plan.create.map(c => `${c.ordinal}@${c.revision}`).join()}` : '',
        plan.recreate.length ? `recreate ${ordinals(plan.recreate)}` : '',
        plan.delete.length ? `delete ${ordinals(plan.delete)}` : '',
        plan.repair.length ? `repair ${ordinals(plan.repair)}` : '',
        plan.unavailable ? 'unavailable' : '',
      ];
      expect(said.filter(Boolean).join('; ')).toBe(expected);
    },
  );
});

test.each([
  [[pod(0), pod(1), pod(2, fresh)], 3, { current: 2, updated: 1, revision: 'web-1' }],
  [
    [pod(0, fresh), pod(1, fresh), pod(2, { ...fresh, ...pending })],
    2,
    { current: undefined, updated: 3, revision: 'web-1' },
  ],
  [[pod(0, fresh), pod(1, fresh), pod(2, fresh)], 3, { current: 3, updated: 3, revision: 'web-2' }],
])('status %#', (pods, ready, { current, updated, revision }) => {
  expect(statefulStatus(set(), pods, UPDATE, NOW)).toEqual({
    observedGeneration: 3,
    replicas: 3,
    readyReplicas: ready,
    availableReplicas: ready,
    currentReplicas: current,
    updatedReplicas: updated,
    currentRevision: revision,
    updateRevision: 'web-2',
    collisionCount: 0,
  });
});

test('a pod has its name, its host name, its service and its own volumes', () => {
  const owner = set({
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [],
        volumes: [
          { name: 'data', emptyDir: {} },
          { name: 'tmp', emptyDir: {} },
        ],
      },
    },
    volumeClaimTemplates: [
      { metadata: { name: 'data', labels: { a: 'b' } }, spec: { accessModes: ['ReadWriteOnce'] } },
    ],
  });
  const made = statefulPod(
    owner,
    { metadata: { name: 'web-77' }, revision: 1, data: templatePatch(owner.spec?.template) },
    4,
    releaseOf(33),
  );
  expect(made.metadata).toMatchObject({
    name: 'web-4',
    generateName: 'web-',
    labels: {
      app: 'web',
      'statefulset.kubernetes.io/pod-name': 'web-4',
      'apps.kubernetes.io/pod-index': '4',
      'controller-revision-hash': 'web-77',
    },
    ownerReferences: [{ kind: 'StatefulSet', uid: 'set', controller: true }],
  });
  expect(made.spec).toEqual({
    containers: [],
    hostname: 'web-4',
    subdomain: 'svc',
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'data-web-4' } },
      { name: 'tmp', emptyDir: {} },
    ],
  });
  expect(claimsOf(owner, 4)).toMatchObject([
    { metadata: { name: 'data-web-4', namespace: 'n', labels: { a: 'b', app: 'web' } } },
  ]);
});

describe('retention of claims', () => {
  const bySet = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'set' };
  const byPod = { apiVersion: 'v1', kind: 'Pod', name: 'web-0', uid: 'pod-0' };
  const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x' };
  test.each([
    ['Retain', 'Retain', false, [], undefined],
    ['Retain', 'Retain', true, [bySet, other], [other]],
    ['Delete', 'Retain', false, [], [bySet]],
    ['Delete', 'Retain', true, [bySet], undefined],
    ['Retain', 'Delete', false, [], undefined],
    ['Retain', 'Delete', true, [], [byPod]],
    ['Retain', 'Delete', false, [byPod], []],
    ['Delete', 'Delete', false, [other], [other, bySet]],
    ['Delete', 'Delete', true, [bySet], [byPod]],
  ])('%s, %s, condemned %s', (whenDeleted, whenScaled, condemned, before, after) => {
    const owner = set({ persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } });
    expect(claimOwners(owner, pod(0), condemned, { metadata: { ownerReferences: before } })).toEqual(after);
  });
  test('a claim of an earlier pod is stale', () => {
    expect(isStale({ metadata: { ownerReferences: [byPod] } }, 'web-0', 'other')).toBe(true);
    expect(isStale({ metadata: { ownerReferences: [byPod] } }, 'web-0', 'pod-0')).toBe(false);
    expect(isStale({ metadata: { deletionTimestamp: ago(1) } }, 'web-0', 'pod-0')).toBe(true);
  });
});
