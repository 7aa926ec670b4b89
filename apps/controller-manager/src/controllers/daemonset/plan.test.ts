import { describe, expect, test } from '@jest/globals';
import type { appsv1, corev1 } from '@navarch/api';
import { requiredNodeMatch } from '@navarch/component-helpers';
import { nodeOf, pinnedTo } from '../../shared/node-affinity';
import { daemonStatus, fitsNode, planNodes, planUpdate } from './plan';

const NOW = Date.parse('2024-01-01T01:00:00Z');
const set = (spec: Partial<corev1.PodSpec> = {}, rollingUpdate?: object, type = 'RollingUpdate'): appsv1.DaemonSet => ({
  metadata: { name: 'd', uid: 'd', generation: 2 },
  spec: { selector: {}, template: { spec: { containers: [], ...spec } }, updateStrategy: { type, rollingUpdate } },
});
const node = (name: string, labels: Record<string, string> = {}, taints: corev1.Taint[] = []): corev1.Node => ({
  metadata: { name, labels },
  spec: { taints },
});
const pod = (
  name: string,
  on: string,
  hash = 'new',
  { ready = true, phase = 'Running', deleting = false } = {},
): corev1.Pod => ({
  metadata: {
    name,
    uid: name,
    labels: { 'controller-revision-hash': hash },
    creationTimestamp: '2024-01-01T00:00:00Z',
    ...(deleting && { deletionTimestamp: '2024-01-01T00:30:00Z' }),
  },
  spec: { containers: [], nodeName: on },
  status: {
    phase,
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2024-01-01T00:01:00Z' }],
  },
});
const nodes = ['a', 'b', 'c'].map(name => node(name));
const names = (pods: readonly corev1.Pod[]) => pods.map(p => p.metadata?.name);

test.each([
  ['any node', {}, node('a'), { run: true, stay: true }],
  ['a node selector', { nodeSelector: { disk: 'ssd' } }, node('a'), { run: false, stay: false }],
  ['a taint keeps new pods away', {}, node('a', {}, [{ key: 'k', effect: 'NoSchedule' }]), { run: false, stay: true }],
  ['or drives them out', {}, node('a', {}, [{ key: 'k', effect: 'NoExecute' }]), { run: false, stay: false }],
  [
    'unless tolerated',
    { tolerations: [{ operator: 'Exists' }] },
    node('a', {}, [{ key: 'k', effect: 'NoExecute' }]),
    { run: true, stay: true },
  ],
  [
    'cordoned and silent nodes are served',
    {},
    node('a', {}, [
      { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
      { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
    ]),
    { run: true, stay: true },
  ],
])('fitsNode: %s', (_name, spec, on, expected) => {
  expect(fitsNode({ containers: [], ...spec }, on)).toEqual(expected);
});

describe('planNodes', () => {
  const plan = (of: appsv1.DaemonSet, on: corev1.Node[], pods: corev1.Pod[], mayRetry = true) => {
    const { create, ...rest } = planNodes(of, on, pods, 'new', NOW, () => mayRetry);
    return { create, delete: names(rest.delete) };
  };
  test.each([
    ['one on each node', plan(set(), nodes, [pod('p', 'a')]), { create: ['b', 'c'], delete: [] }],
    [
      'a second one goes',
      plan(set(), nodes.slice(0, 1), [pod('p', 'a'), pod('q', 'a')]),
      { create: [], delete: ['q'] },
    ],
    [
      'a failed one goes first, and comes again after',
      plan(set(), nodes.slice(0, 1), [pod('p', 'a', 'new', { phase: 'Failed' })]),
      { create: [], delete: ['p'] },
    ],
    [
      'not at once after many failures',
      plan(set(), nodes.slice(0, 1), [pod('p', 'a', 'new', { phase: 'Failed' })], false),
      { create: [], delete: [] },
    ],
    [
      'nothing while the old one goes',
      plan(set(), nodes.slice(0, 1), [pod('p', 'a', 'new', { deleting: true })]),
      { create: [], delete: [] },
    ],
    [
      'what no longer fits goes',
      plan(set({ nodeSelector: { x: 'y' } }), nodes, [pod('p', 'a')]),
      { create: [], delete: ['p'] },
    ],
    [
      'a surge keeps the old until the new is available',
      plan(set({}, { maxSurge: 1 }), nodes.slice(0, 1), [pod('p', 'a', 'old'), pod('q', 'a', 'new', { ready: false })]),
      { create: [], delete: [] },
    ],
    [
      'then the old goes',
      plan(set({}, { maxSurge: 1 }), nodes.slice(0, 1), [pod('p', 'a', 'old'), pod('q', 'a')]),
      { create: [], delete: ['p'] },
    ],
  ])('%s', (_name, actual, expected) => expect(actual).toEqual(expected));
});

describe('planUpdate', () => {
  const old = [pod('p', 'a', 'old'), pod('q', 'b', 'old'), pod('r', 'c', 'old')];
  const step = (of: appsv1.DaemonSet, pods: corev1.Pod[]) => {
    const plan = planUpdate(of, nodes, pods, 'new', NOW);
    return { create: plan.create, delete: names(plan.delete) };
  };
  test.each([
    ['one at a time by default', step(set(), old), { create: [], delete: ['p'] }],
    ['as many as may be missing', step(set({}, { maxUnavailable: 2 }), old), { create: [], delete: ['p', 'q'] }],
    [
      'none while one is missing',
      step(set(), [pod('p', 'a', 'new', { ready: false }), ...old.slice(1)]),
      { create: [], delete: [] },
    ],
    [
      'what does not work goes at once',
      step(set(), [pod('p', 'a', 'old', { ready: false }), ...old.slice(1)]),
      { create: [], delete: ['p'] },
    ],
    ['with surge, new ones beside the old', step(set({}, { maxSurge: 2 }), old), { create: ['a', 'b'], delete: [] }],
    ['OnDelete waits for the user', step(set({}, undefined, 'OnDelete'), old), { create: [], delete: [] }],
    ['done', step(set(), [pod('p', 'a'), pod('q', 'b'), pod('r', 'c')]), { create: [], delete: [] }],
  ])('%s', (_name, actual, expected) => expect(actual).toEqual(expected));
});

test('status counts nodes', () => {
  const tainted = node('d', {}, [{ key: 'k', effect: 'NoSchedule' }]);
  const pods = [pod('p', 'a'), pod('q', 'b', 'old', { ready: false }), pod('r', 'd')];
  expect(daemonStatus(set(), [...nodes, tainted], pods, 'new', NOW)).toMatchObject({
    desiredNumberScheduled: 3,
    currentNumberScheduled: 2,
    numberMisscheduled: 1,
    numberReady: 1,
    numberAvailable: 1,
    numberUnavailable: 2,
    updatedNumberScheduled: 1,
  });
});

test('a pinned pod fits its node only, besides what it asked for', () => {
  const spec = pinnedTo({ containers: [], nodeSelector: { x: 'y' } }, 'a');
  expect(nodeOf({ spec })).toBe('a');
  expect([
    requiredNodeMatch({ spec }, node('a', { x: 'y' })),
    requiredNodeMatch({ spec }, node('b', { x: 'y' })),
    requiredNodeMatch({ spec }, node('a')),
  ]).toEqual([true, false, false]);
});
