import { describe, expect, test } from '@jest/globals';
import { CycleState, Framework } from '@navarch/scheduler-framework';
import { node, pod } from '../../testkit';
import { nodeResourcesFit } from '../node-resources/fit';
import { pickCandidate, selectVictims } from './victims';

const framework = new Framework([nodeResourcesFit]);
const sized = (name: string, cpu: string, priority: number, startTime?: string) => {
  const info = pod({ name, requests: { cpu }, spec: { priority } });
  info.pod.status = { startTime };
  return info;
};
const names = (victims: readonly { pod: { metadata?: { name?: string } } }[] | undefined) =>
  victims?.map(v => v.pod.metadata?.name);

describe('selectVictims', () => {
  const cases = [
    { name: 'nobody is less important', pods: [sized('a', '4', 10)], cpu: '1', want: undefined },
    { name: 'too big even for the empty node', pods: [sized('a', '4', 0)], cpu: '5', want: undefined },
    { name: 'the less important goes', pods: [sized('a', '2', 1), sized('b', '2', 0)], cpu: '2', want: ['b'] },
    { name: 'as few as needed', pods: [sized('a', '1', 0), sized('b', '3', 1)], cpu: '3', want: ['b'] },
    {
      name: 'all, where it needs the whole node',
      pods: [sized('a', '2', 1), sized('b', '2', 0)],
      cpu: '4',
      want: ['a', 'b'],
    },
  ];
  test.each(cases)('$name', ({ pods, cpu, want }) => {
    const found = selectVictims(framework, new CycleState(), sized('new', cpu, 5), node('n', { pods }));
    expect(names(found?.victims)).toEqual(want);
  });
});

test.each([
  { name: 'the lower top priority', a: [sized('a', '1', 5)], b: [sized('b', '1', 3), sized('c', '1', 3)], want: 'b' },
  {
    name: 'then the lower sum',
    a: [sized('a', '1', 3), sized('x', '1', 3)],
    b: [sized('b', '1', 3), sized('c', '1', 1)],
    want: 'b',
  },
  {
    name: 'then who started later',
    a: [sized('a', '1', 3, '2024-01-01T00:00:00Z')],
    b: [sized('b', '1', 3, '2024-01-02T00:00:00Z')],
    want: 'b',
  },
])('pickCandidate: $name', ({ a, b, want }) => {
  expect(
    pickCandidate([
      { node: 'a', victims: a },
      { node: 'b', victims: b },
    ])!.node,
  ).toBe(want);
});
