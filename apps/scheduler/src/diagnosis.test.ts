import { describe, expect, test } from '@jest/globals';
import { Framework, unresolvable, unschedulable, type Status } from '@navarch/scheduler-framework';
import { fitError, nodesToFind } from './diagnosis';
import { nodeResourcesFit } from './plugins/node-resources/fit';
import { chooseNode } from './schedule-one';
import { node, pod, snapshot } from './testkit';

describe('fitError', () => {
  const rejections = new Map<string, Status>([
    ['a', unschedulable('Insufficient cpu', 'Insufficient memory')],
    ['b', unschedulable('Insufficient cpu')],
    ['c', unresolvable('node(s) had untolerated taint {gpu: yes}')],
  ]);
  const preemption = unschedulable(
    'preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
  );
  test.each([
    { name: 'no nodes', total: 0, rejections: new Map<string, Status>(), want: 'no nodes available to schedule pods' },
    {
      name: 'counted reasons',
      total: 3,
      rejections,
      want: '0/3 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint {gpu: yes}, 2 Insufficient cpu.',
    },
    {
      name: 'with what preemption found',
      total: 1,
      rejections: new Map([['a', unschedulable('Too many pods')]]),
      post: preemption,
      want: `0/1 nodes are available: 1 Too many pods. ${preemption.reasons[0]}`,
    },
  ])('$name', ({ total, rejections: given, post, want }) => {
    expect(fitError(total, given, undefined, post)).toBe(want);
  });
});

test.each([
  [10, 10],
  [100, 100],
  [1000, 420],
  [5000, 500],
  [10_000, 500],
])('nodesToFind(%d)', (total, want) => {
  expect(nodesToFind(total)).toBe(want);
});

describe('chooseNode', () => {
  const framework = new Framework([nodeResourcesFit]);
  const big = pod({ requests: { cpu: '3' } });
  test('takes the emptier node', () => {
    const nodes = snapshot(
      node('full', { pods: [pod({ requests: { cpu: '2' } })] }),
      node('half', { pods: [pod({ requests: { cpu: '1' } })] }),
      node('empty'),
    );
    expect(chooseNode(framework, big, nodes, { next: 0 })).toMatchObject({ node: 'empty', evaluated: 3, feasible: 2 });
  });
  test('says what each node lacks', () => {
    const choice = chooseNode(
      framework,
      big,
      snapshot(node('a', { pods: [big] }), node('b', { allocatable: { cpu: '1' } })),
      { next: 0 },
    );
    expect(choice.node === undefined && [...choice.rejections].map(([name, s]) => [name, s.code])).toEqual([
      ['a', 'unschedulable'],
      ['b', 'unresolvable'],
    ]);
  });
  test('draws lots among equals', () => {
    const nodes = snapshot(node('a'), node('b'), node('c'));
    expect([0, 0.4, 0.9].map(r => chooseNode(framework, pod(), nodes, { next: 0 }, () => r).node)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });
});
