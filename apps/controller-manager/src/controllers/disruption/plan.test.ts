import { expect, test } from '@jest/globals';
import type { corev1, policyv1 } from '@navarch/api';
import { releaseOf } from '../../shared/release';
import { budgetStatus, expectedPods, failedStatus, stillDisrupted, type Scale } from './plan';

const NOW = Date.parse('2024-01-01T10:00:00Z');
const ago = (seconds: number) => `${new Date(NOW - seconds * 1000).toISOString().slice(0, 19)}Z`;
const pod = (name: string, { owner = 'rs', ready = true, deleting = false } = {}): corev1.Pod => ({
  metadata: {
    name,
    namespace: 'n',
    ...(deleting && { deletionTimestamp: ago(1) }),
    ...(owner && {
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }],
    }),
  },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});
const budget = (
  spec: policyv1.PodDisruptionBudgetSpec,
  status: Partial<policyv1.PodDisruptionBudgetStatus> = {},
): policyv1.PodDisruptionBudget => ({
  metadata: { name: 'b', generation: 2 },
  spec,
  status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...status },
});
const scale: Scale = ({ name }) =>
  new Map([
    ['rs', 10],
    ['other', 3],
  ]).get(name);
const three = [pod('a'), pod('b'), pod('c', { ready: false })];

test.each([
  ['an absolute minimum', { minAvailable: 2 }, three, [3, 2, []]],
  ['a share is of what there should be, rounded up', { minAvailable: '75%' }, three, [10, 8, []]],
  ['a maximum', { maxUnavailable: 3 }, three, [10, 7, []]],
  ['a share as maximum, rounded up', { maxUnavailable: '25%' }, three, [10, 7, []]],
  ['a maximum past all', { maxUnavailable: 30 }, three, [10, 0, []]],
  ['several controllers', { maxUnavailable: 1 }, [...three, pod('d', { owner: 'other' })], [13, 12, []]],
  ['pods of nobody', { maxUnavailable: 1 }, [pod('d', { owner: '' })], [0, 0, ['d']]],
  ['no pods', { minAvailable: 1 }, [], [0, 1, []]],
])('%s', (_name, spec, pods, [expected, desiredHealthy, unmanaged]) => {
  expect(expectedPods(budget(spec), pods, scale, releaseOf(33))).toEqual({
    expectedPods: expected,
    desiredHealthy,
    unmanaged,
  });
});

test('a controller that nobody knows is a failure, and allows nothing', () => {
  const given = budget({ minAvailable: '50%' }, { disruptionsAllowed: 3, currentHealthy: 4 });
  expect(() => expectedPods(given, [pod('x', { owner: 'unknown' })], scale, releaseOf(33))).toThrow(
    'found no controllers for pod "x"',
  );
  expect(failedStatus(given, 'why', NOW)).toMatchObject({
    disruptionsAllowed: 0,
    currentHealthy: 4,
    conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed', message: 'why' }],
  });
});

test.each([
  [1, {}, 1, 'True', 'SufficientPods'],
  [2, {}, 0, 'False', 'InsufficientPods'],
  [3, {}, 0, 'False', 'InsufficientPods'],
  [1, { a: ago(5) }, 0, 'False', 'InsufficientPods'],
])('%s must be healthy, going %j', (desiredHealthy, disrupted, allowed, status, reason) => {
  const pods = [...three, pod('gone', { deleting: true })];
  expect(
    budgetStatus(budget({}), pods, { expectedPods: 4, desiredHealthy, unmanaged: [] }, disrupted, NOW),
  ).toMatchObject({
    observedGeneration: 2,
    disruptionsAllowed: allowed,
    desiredHealthy,
    expectedPods: 4,
    conditions: [{ type: 'DisruptionAllowed', status, reason, observedGeneration: 2, lastTransitionTime: ago(0) }],
  });
});

test('a condition that stays keeps its time', () => {
  const conditions = [
    { type: 'DisruptionAllowed', status: 'False', reason: 'x', message: '', lastTransitionTime: ago(99) },
  ];
  const given = budget({}, { conditions });
  const status = budgetStatus(given, [], { expectedPods: 0, desiredHealthy: 0, unmanaged: [] }, {}, NOW);
  expect(status.conditions).toMatchObject([{ reason: 'InsufficientPods', lastTransitionTime: ago(99) }]);
  expect(status.disruptionsAllowed).toBe(0);
});

test('evictions that were granted hold until the pod goes or two minutes are over', () => {
  const disruptedPods = { a: ago(30), b: ago(130), c: ago(1), gone: ago(1) };
  const found = stillDisrupted(budget({}, { disruptedPods }), [pod('a'), pod('b'), pod('c', { deleting: true })], NOW);
  expect(found).toEqual({ pods: { a: ago(30) }, overdue: [pod('b')], recheckMs: 90_001 });
});

test('1.20 counts no pod without a controller', () => {
  const given = budget({ maxUnavailable: 1 });
  expect(() => expectedPods(given, [pod('x', { owner: '' })], scale, releaseOf(20))).toThrow(
    'found no controller ref for pod "x"',
  );
});
