import { describe, expect, test } from '@jest/globals';
import type { appsv1 } from '@navarch/api';
import { maxRevision, newSetAnnotations } from './annotations';
import { findNewSet, isScaling, newSetSize, planCleanup, planNewSet, planOldSets, planScaling } from './plan';
import { calculateStatus, isComplete, rolloutStatus } from './status';

const NOW = Date.parse('2024-01-01T01:00:00Z');

function deployment(
  replicas: number,
  more: Partial<appsv1.DeploymentSpec> = {},
  status?: appsv1.DeploymentStatus,
): appsv1.Deployment {
  return {
    metadata: { name: 'd', generation: 1 },
    spec: { replicas, selector: {}, template: { spec: { containers: [] } }, ...more },
    status,
  };
}
const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});
let made = 0;
function set(
  name: string,
  replicas: number,
  available = replicas,
  annotations: Record<string, string> = {},
): appsv1.ReplicaSet {
  const creationTimestamp = `2024-01-01T00:00:${String(made++ % 60).padStart(2, '0')}Z`;
  return {
    metadata: { name, uid: name, creationTimestamp, annotations: { ...annotations } },
    spec: { replicas, selector: {} },
    status: { replicas, availableReplicas: available, readyReplicas: available },
  };
}
const sizes = (scales: readonly { set: appsv1.ReplicaSet; replicas: number }[]) =>
  Object.fromEntries(scales.map(scale => [scale.set.metadata!.name!, scale.replicas]));

describe('the new set grows', () => {
  test.each([
    ['from nothing, all that is wanted', deployment(10, rolling('25%', '25%')), [], 0, 10],
    [
      'beside the old one only by the surge (rounded up)',
      deployment(10, rolling('25%', '25%')),
      [set('old', 10)],
      0,
      3,
    ],
    ['not at all without room', deployment(10, rolling(0, 1)), [set('old', 10)], 0, 0],
    ['into the room that the old one left', deployment(10, rolling(1, 1)), [set('old', 7)], 2, 4],
    ['never past what is wanted', deployment(3, rolling(5, 0)), [set('old', 1)], 2, 3],
    ['at once with Recreate', deployment(5, { strategy: { type: 'Recreate' } }), [], 0, 5],
  ])('%s', (_name, owner, old, size, expected) => {
    const current = set('new', size);
    expect(newSetSize(owner, [...old, current], current)).toBe(expected);
  });
  test('or shrinks to what is wanted', () => {
    const current = set('new', 5);
    expect(planNewSet(deployment(3), [current], current)?.replicas).toBe(3);
    expect(planNewSet(deployment(5), [current], current)).toBeUndefined();
  });
});

describe('old sets shrink', () => {
  test.each([
    ['by what may be unavailable', deployment(10, rolling(0, 2)), [set('a', 10)], set('new', 0), { a: 8 }],
    ['as far as the new set is available', deployment(10, rolling(2, 0)), [set('a', 10)], set('new', 2), { a: 8 }],
    ['not for pods that are not available yet', deployment(10, rolling(2, 0)), [set('a', 10)], set('new', 2, 0), {}],
    [
      'first by pods that do not work anyway',
      deployment(10, rolling(0, 2)),
      [set('a', 8), set('b', 2, 0)],
      set('new', 0),
      { b: 0 },
    ],
    ['the oldest first', deployment(4, rolling(0, 3)), [set('a', 2), set('b', 2)], set('new', 0), { a: 0, b: 1 }],
  ])('%s', (_name, owner, old, current, expected) => {
    expect(sizes(planOldSets(owner, old, current))).toEqual(expected);
  });
});

describe('a changed size', () => {
  const known = (desired: number, max: number) => ({
    'deployment.kubernetes.io/desired-replicas': String(desired),
    'deployment.kubernetes.io/max-replicas': String(max),
  });
  test('is noticed by what the sets remember', () => {
    expect(isScaling(deployment(5), [set('a', 3, 3, known(3, 4))])).toBe(true);
    expect(isScaling(deployment(3), [set('a', 3, 3, known(3, 4))])).toBe(false);
    expect(isScaling(deployment(5), [set('a', 0, 0, known(3, 4))])).toBe(false);
  });
  test.each([
    ['goes to the only active set', deployment(5), [], set('new', 3, 3, known(3, 4)), { new: 5 }],
    [
      'is shared in proportion in mid-rollout',
      deployment(20, rolling(2, 2)),
      [set('a', 8, 8, known(10, 12))],
      set('new', 4, 4, known(10, 12)),
      { a: 15, new: 7 },
    ],
    [
      'shrinks in proportion too',
      deployment(5, rolling(1, 0)),
      [set('a', 8, 8, known(10, 11))],
      set('new', 3, 3, known(10, 11)),
      { a: 4, new: 2 },
    ],
    [
      'to nothing takes all',
      deployment(0, rolling(2, 2)),
      [set('a', 8, 8, known(10, 12))],
      set('new', 4, 4, known(10, 12)),
      { a: 0, new: 0 },
    ],
    [
      'after the rollout leaves the new set only',
      deployment(3),
      [set('a', 1, 1)],
      set('new', 3, 3, known(3, 4)),
      { a: 0 },
    ],
  ])('%s', (_name, owner, old, current, expected) => {
    expect(sizes(planScaling(owner, old, current))).toEqual(expected);
  });
});

test('the new set is the one with the same template, whatever its hash label', () => {
  const owner = deployment(1, {
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  });
  const other = {
    ...set('x', 1),
    spec: { selector: {}, template: { spec: { containers: [{ name: 'c', image: 'j' }] } } },
  };
  const same = {
    ...set('y', 1),
    spec: {
      selector: {},
      template: {
        metadata: { labels: { a: 'b', 'pod-template-hash': 'h' } },
        spec: { containers: [{ image: 'i', name: 'c', env: [] }] },
      },
    },
  };
  expect(findNewSet(owner, [other, same])?.metadata?.name).toBe('y');
});

test('cleanup keeps the newest revisions and whatever still has pods', () => {
  const revision = (n: number) => ({ 'deployment.kubernetes.io/revision': String(n) });
  const sets = [
    set('r3', 0, 0, revision(3)),
    set('r1', 0, 0, revision(1)),
    set('r2', 1, 1, revision(2)),
    set('r4', 0, 0, revision(4)),
  ];
  expect(planCleanup(deployment(1, { revisionHistoryLimit: 1 }), sets).map(s => s.metadata?.name)).toEqual([
    'r1',
    'r3',
  ]);
  expect(planCleanup(deployment(1), sets)).toEqual([]);
});

test('annotations: the own ones are copied but for those that are not, revisions become history', () => {
  const owner = {
    ...deployment(4),
    metadata: { name: 'd', annotations: { note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' } },
  };
  expect(newSetAnnotations(owner, undefined, 1n)).toEqual({
    note: 'x',
    'deployment.kubernetes.io/revision': '1',
    'deployment.kubernetes.io/desired-replicas': '4',
    'deployment.kubernetes.io/max-replicas': '5',
  });
  expect(newSetAnnotations(owner, { 'deployment.kubernetes.io/revision': '1' }, 3n)).toEqual({
    note: 'x',
    'deployment.kubernetes.io/revision': '3',
    'deployment.kubernetes.io/revision-history': '1',
  });
});

test('revisions are counted exactly, however high; what is none counts as 0', () => {
  const withRevision = (revision: string) => ({
    ...set('r', 0),
    metadata: { annotations: { 'deployment.kubernetes.io/revision': revision } },
  });
  const sets = ['3546343826724305832', '7', 'x', '9999999999999999999'].map(withRevision);
  expect(maxRevision(sets) + 1n).toBe(3546343826724305833n);
});

describe('status', () => {
  const watched = { progressDeadlineSeconds: 600 };
  const condition = (reason: string, ageSeconds: number, status = 'True') => {
    const at = new Date(NOW - ageSeconds * 1000).toISOString();
    return { type: 'Progressing', status, reason, message: '', lastUpdateTime: at, lastTransitionTime: at };
  };
  const reasonOf = (status: appsv1.DeploymentStatus) => status.conditions?.find(c => c.type === 'Progressing')?.reason;

  test('counts and availability', () => {
    const status = calculateStatus(deployment(4), [set('a', 2), set('new', 3, 1)], set('new', 3, 1), NOW);
    expect(status).toMatchObject({
      replicas: 5,
      updatedReplicas: 3,
      availableReplicas: 3,
      unavailableReplicas: 2,
      observedGeneration: 1,
    });
    expect(status.conditions).toMatchObject([
      { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
    ]);
    const poor = calculateStatus(deployment(4), [set('new', 4, 2)], set('new', 4, 2), NOW);
    expect(poor.conditions).toMatchObject([{ status: 'False', reason: 'MinimumReplicasUnavailable' }]);
  });
  test.each([
    [
      'a finished rollout',
      set('new', 2),
      { conditions: [condition('ReplicaSetUpdated', 5)] },
      'NewReplicaSetAvailable',
    ],
    [
      'progress restarts the clock',
      set('new', 2, 1),
      { conditions: [condition('NewReplicaSetCreated', 5)] },
      'ReplicaSetUpdated',
    ],
    [
      'no progress within the deadline',
      set('new', 2, 1),
      {
        updatedReplicas: 2,
        replicas: 2,
        readyReplicas: 1,
        availableReplicas: 1,
        conditions: [condition('ReplicaSetUpdated', 599)],
      },
      'ReplicaSetUpdated',
    ],
    [
      'no progress past it',
      set('new', 2, 1),
      {
        updatedReplicas: 2,
        replicas: 2,
        readyReplicas: 1,
        availableReplicas: 1,
        conditions: [condition('ReplicaSetUpdated', 601)],
      },
      'ProgressDeadlineExceeded',
    ],
  ])('%s', (_name, current, before, expected) => {
    expect(reasonOf(rolloutStatus(deployment(2, watched, before), [current], current, NOW))).toBe(expected);
  });
  test('a failing set shows, and complete means all of it', () => {
    const failing = set('new', 2, 0);
    failing.status!.conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' }];
    const status = rolloutStatus(deployment(2), [failing], failing, NOW);
    expect(status.conditions).toContainEqual(
      expect.objectContaining({ type: 'ReplicaFailure', reason: 'FailedCreate', message: 'quota' }),
    );
    expect(
      isComplete(deployment(2), { replicas: 2, updatedReplicas: 2, availableReplicas: 2, observedGeneration: 1 }),
    ).toBe(true);
    expect(
      isComplete(deployment(2), { replicas: 3, updatedReplicas: 2, availableReplicas: 2, observedGeneration: 1 }),
    ).toBe(false);
  });
});
