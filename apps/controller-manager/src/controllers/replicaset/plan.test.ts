import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { planReplicas, rankForDeletion } from './plan';
import { calculateStatus } from './status';

const NOW = Date.parse('2024-01-01T10:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

interface Shape {
  node?: string;
  phase?: string;
  readyFor?: number;
  cost?: string;
  restarts?: number;
  age?: number;
  labels?: Record<string, string>;
}
const pod = (
  name: string,
  { node = 'n', phase = 'Running', readyFor = 100, cost, restarts = 0, age = 100, labels }: Shape = {},
): corev1.Pod => ({
  metadata: {
    name,
    uid: name,
    labels,
    creationTimestamp: ago(age),
    ...(cost && { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
  },
  spec: { containers: [], ...(node && { nodeName: node }) },
  status: {
    phase,
    conditions: readyFor < 0 ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: ago(readyFor) }],
    containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: restarts }],
  },
});

describe('rankForDeletion', () => {
  test.each([
    ['without a node before with one', pod('a'), pod('b', { node: '' })],
    ['pending before running', pod('a'), pod('b', { phase: 'Pending' })],
    ['not ready before ready', pod('a'), pod('b', { readyFor: -1 })],
    ['the cheaper first', pod('a', { cost: '5' }), pod('b', { cost: '-5' })],
    ['ready for a shorter time first', pod('a', { readyFor: 1000 }), pod('b', { readyFor: 10 })],
    ['more restarts first', pod('a'), pod('b', { restarts: 3 })],
    ['the younger first', pod('a', { age: 10_000 }), pod('b', { age: 100 })],
  ])('%s', (_name, keep, go) => {
    expect(rankForDeletion([keep, go], [keep, go], NOW)[0]!.metadata!.name).toBe('b');
    expect(rankForDeletion([go, keep], [keep, go], NOW)[0]!.metadata!.name).toBe('b');
  });
  test('where pods stand doubled first', () => {
    const [a, b, other] = [pod('a', { node: 'n1' }), pod('b', { node: 'n2' }), pod('other', { node: 'n2' })];
    expect(rankForDeletion([a, b], [a, b, other], NOW)[0]!.metadata!.name).toBe('b');
  });
});

test('planReplicas creates or deletes the difference, in bursts of 500', () => {
  expect(planReplicas([pod('a')], 4, [], NOW)).toEqual({ create: 3, delete: [] });
  expect(planReplicas([], 2000, [], NOW).create).toBe(500);
  expect(planReplicas([pod('a'), pod('b', { readyFor: -1 })], 1, [], NOW).delete.map(p => p.metadata?.name)).toEqual([
    'b',
  ]);
  expect(planReplicas([pod('a')], 1, [], NOW)).toEqual({ create: 0, delete: [] });
});

test('status counts, and a failure comes and goes', () => {
  const owner = {
    metadata: { generation: 7 },
    spec: { minReadySeconds: 50, template: { metadata: { labels: { a: 'b' } } } },
  };
  const pods = [pod('a', { labels: { a: 'b' } }), pod('b', { readyFor: 10 }), pod('c', { readyFor: -1 })];
  const failure = { reason: 'FailedCreate', message: 'quota' } as const;
  const status = calculateStatus(owner, pods, failure, NOW);
  expect(status).toMatchObject({
    replicas: 3,
    fullyLabeledReplicas: 1,
    readyReplicas: 2,
    availableReplicas: 1,
    observedGeneration: 7,
  });
  expect(status.conditions).toMatchObject([
    { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' },
  ]);
  expect(calculateStatus({ ...owner, status }, pods, undefined, NOW).conditions).toBeUndefined();
});
