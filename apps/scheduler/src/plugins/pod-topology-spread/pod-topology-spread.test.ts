import { expect, test } from '@jest/globals';
import { CycleState, Framework } from '@navarch/scheduler-framework';
import { node, pod, snapshot } from '../../testkit';
import { podTopologySpread } from './pod-topology-spread';

const labels = { app: 'web' };
const web = (n: number) => Array.from({ length: n }, () => pod({ labels }));
const wish = (whenUnsatisfiable: string, extra = {}) =>
  pod({
    labels,
    spec: {
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable, labelSelector: { matchLabels: labels }, ...extra },
      ],
    },
  });
const zones = (a: number, b: number) => [
  node('a', { labels: { zone: 'a' }, pods: web(a) }),
  node('b', { labels: { zone: 'b' }, pods: web(b) }),
  node('none'),
];

test.each([
  { name: 'even', a: 1, b: 1, fits: ['a', 'b'] },
  { name: 'one behind', a: 2, b: 1, fits: ['b'] },
  { name: 'empty', a: 0, b: 0, fits: ['a', 'b'] },
  { name: 'fewer domains than wanted', a: 1, b: 1, extra: { minDomains: 3 }, fits: [] },
])('DoNotSchedule: $name', ({ a, b, extra, fits }) => {
  const framework = new Framework([podTopologySpread]);
  const state = new CycleState();
  const nodes = zones(a, b);
  const incoming = wish('DoNotSchedule', extra);
  framework.preFilter(state, incoming, snapshot(...nodes));
  expect(nodes.filter(n => !framework.filter(state, incoming, n)).map(n => n.name)).toEqual(fits);
});

test('ScheduleAnyway prefers the emptier domain', () => {
  const framework = new Framework([podTopologySpread]);
  const [a, b] = zones(3, 1);
  const [first, second] = framework.score(new CycleState(), wish('ScheduleAnyway'), [a!, b!], snapshot(a!, b!));
  expect(second).toBeGreaterThan(first!);
});
